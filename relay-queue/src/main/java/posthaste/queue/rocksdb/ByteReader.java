package posthaste.queue.rocksdb;

import static java.nio.charset.StandardCharsets.UTF_8;

import posthaste.queue.QueueException;

/** Reads what {@link ByteWriter} wrote; whatever does not fit is {@link QueueException.Corrupt}, never a guess. */
final class ByteReader {
    private final byte[] bytes;
    private final String what;
    private int at;

    /** @param what names the value in errors, such as "delivery value" */
    ByteReader(byte[] bytes, String what) {
        this.bytes = bytes;
        this.what = what;
    }

    /** Reads the version octet that every value begins with. */
    ByteReader version(int known) {
        int version = octet();
        if (version != known) {
            throw new QueueException.Corrupt(
                    what + " of version " + version + ", written by another release; known: " + known);
        }
        return this;
    }

    int octet() {
        require(1);
        return bytes[at++] & 0xff;
    }

    int fixed16() {
        return octet() << 8 | octet();
    }

    int fixed32() {
        return fixed16() << 16 | fixed16();
    }

    long fixed64() {
        return ((long) fixed32() << 32) | (fixed32() & 0xffff_ffffL);
    }

    long varint() {
        long value = 0;
        for (int shift = 0; shift < 63; shift += 7) {
            int octet = octet();
            value |= (long) (octet & 0x7f) << shift;
            if (octet < 0x80) return value;
        }
        throw corrupt("number too long");
    }

    /** A varint that counts things of at least one octet each, so it cannot exceed what is left. */
    int count() {
        return bounded(bytes.length - at);
    }

    /** A varint of 0 to {@code max}. */
    int bounded(int max) {
        long value = varint();
        if (value > max) throw corrupt("number out of range: " + value);
        return (int) value;
    }

    long signed() {
        long value = varint();
        return value >>> 1 ^ -(value & 1);
    }

    String text() {
        int length = bounded(bytes.length);
        require(length);
        String text = new String(bytes, at, length, UTF_8);
        at += length;
        return text;
    }

    int position() {
        return at;
    }

    /** Refuses octets behind the end. */
    void end() {
        if (at != bytes.length) throw corrupt((bytes.length - at) + " octets too many");
    }

    QueueException.Corrupt corrupt(String why) {
        return new QueueException.Corrupt(what + ": " + why);
    }

    private void require(int octets) {
        if (bytes.length - at < octets) throw corrupt("ends early");
    }
}
