package posthaste.queue.rocksdb;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.Arrays;

/**
 * Builds the compact values of the database: fixed integers big-endian, others as varints of seven bits each, least
 * significant first; texts as their length in octets and UTF-8.
 */
final class ByteWriter {
    private static final int VARINT_BYTES_MAX = 10;

    private byte[] bytes;
    private int length;

    ByteWriter(int capacity) {
        bytes = new byte[capacity];
    }

    ByteWriter octet(int value) {
        reserve(1);
        bytes[length++] = (byte) value;
        return this;
    }

    ByteWriter fixed16(int value) {
        return octet(value >>> 8).octet(value);
    }

    ByteWriter fixed32(int value) {
        return fixed16(value >>> 16).fixed16(value);
    }

    ByteWriter fixed64(long value) {
        return fixed32((int) (value >>> 32)).fixed32((int) value);
    }

    /** Never negative. */
    ByteWriter varint(long value) {
        if (value < 0) throw new IllegalArgumentException("negative: " + value);
        reserve(VARINT_BYTES_MAX);
        long rest = value;
        while (rest >= 0x80) {
            bytes[length++] = (byte) (rest | 0x80);
            rest >>>= 7;
        }
        bytes[length++] = (byte) rest;
        return this;
    }

    /** A difference: small in either direction, so the sign moves to the lowest bit. */
    ByteWriter signed(long value) {
        return varint((value << 1 ^ value >> 63) & Long.MAX_VALUE);
    }

    ByteWriter text(String text) {
        int characters = text.length();
        varint(characters);
        reserve(characters);
        int start = length;
        for (int i = 0; i < characters; i++) {
            char c = text.charAt(i);
            if (c >= 0x80) return wideText(text, start - varintBytes(characters));
            bytes[length++] = (byte) c;
        }
        return this;
    }

    private ByteWriter wideText(String text, int restart) {
        length = restart;
        byte[] encoded = text.getBytes(UTF_8);
        return varint(encoded.length).raw(encoded);
    }

    ByteWriter raw(byte[] octets) {
        reserve(octets.length);
        System.arraycopy(octets, 0, bytes, length, octets.length);
        length += octets.length;
        return this;
    }

    byte[] toArray() {
        return length == bytes.length ? bytes : Arrays.copyOf(bytes, length);
    }

    private static int varintBytes(int value) {
        return Math.max(1, (38 - Integer.numberOfLeadingZeros(value)) / 7);
    }

    private void reserve(int more) {
        if (length + more > bytes.length) bytes = Arrays.copyOf(bytes, Math.max(2 * bytes.length, length + more));
    }
}
