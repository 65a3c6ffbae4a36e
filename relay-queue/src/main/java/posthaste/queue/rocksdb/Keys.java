package posthaste.queue.rocksdb;

import java.nio.ByteBuffer;
import posthaste.queue.DeliveryKey;
import posthaste.queue.MessageId;

/** Keys of the families that are led by a number. Big-endian and never negative, so byte order is numeric order. */
final class Keys {
    /** Octets of a key of an end in {@code deadline}. */
    static final int DEADLINE_BYTES = 16;

    private Keys() {}

    /** {@code message} and {@code receiving}: the message id (8). */
    static byte[] message(MessageId id) {
        return ofLong(id.value());
    }

    /** {@code body}: the message id (8) and the chunk number (4). */
    static byte[] body(MessageId id, int chunk) {
        return ByteBuffer.allocate(12).putLong(id.value()).putInt(chunk).array();
    }

    /** {@code part}: the message id (8), the part (2) and the revision (2) of a rewritten delivery. */
    static byte[] part(DeliveryKey key) {
        return ByteBuffer.allocate(12)
                .putLong(key.message().value())
                .putShort((short) key.part())
                .putShort((short) key.revision())
                .array();
    }

    /** {@code done}, and the prefix of {@code part}: the message id (8) and the part (2). */
    static byte[] done(MessageId id, int part) {
        return ByteBuffer.allocate(10)
                .putLong(id.value())
                .putShort((short) part)
                .array();
    }

    /** {@code deadline}, an end: the time (8, ms since 1970) and the message id (8). */
    static byte[] deadline(long millis, MessageId id) {
        return ByteBuffer.allocate(DEADLINE_BYTES)
                .putLong(millis)
                .putLong(id.value())
                .array();
    }

    /** {@code deadline}, another moment: the code of its kind (1), the time (8, ms since 1970) and the message id (8). */
    static byte[] moment(byte kind, long millis, MessageId id) {
        return ByteBuffer.allocate(1 + DEADLINE_BYTES)
                .put(kind)
                .putLong(millis)
                .putLong(id.value())
                .array();
    }

    /** {@code event}: the sequence (8). */
    static byte[] event(long sequence) {
        return ofLong(sequence);
    }

    /** {@code trace}: the message id (8) and the sequence (8). */
    static byte[] trace(MessageId id, long sequence) {
        return ByteBuffer.allocate(16).putLong(id.value()).putLong(sequence).array();
    }

    /** The first key behind every key of this message, in the families led by its id. */
    static byte[] behind(MessageId id) {
        return ofLong(id.value() + 1);
    }

    static byte[] ofLong(long value) {
        byte[] key = new byte[Long.BYTES];
        for (int i = 0; i < Long.BYTES; i++) key[i] = (byte) (value >>> (56 - 8 * i));
        return key;
    }

    static long longAt(byte[] key, int offset) {
        return ByteBuffer.wrap(key).getLong(offset);
    }

    static int partAt(byte[] key, int offset) {
        return ByteBuffer.wrap(key).getShort(offset) & 0xffff;
    }

    static MessageId messageAt(byte[] key, int offset) {
        return new MessageId(longAt(key, offset));
    }
}
