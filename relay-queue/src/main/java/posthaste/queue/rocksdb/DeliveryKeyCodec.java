package posthaste.queue.rocksdb;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import posthaste.queue.DeliveryKey;
import posthaste.queue.MessageId;
import posthaste.queue.PriorityClass;
import posthaste.queue.QueueException;

/**
 * Key of the {@code delivery} family: the destination in UTF-8, a zero byte, the class (1 byte), the due time (8 bytes,
 * ms since 1970), the message id (8), the part (2) and the revision (2). Big-endian and never negative, so byte order
 * is due order within a class, and the zero byte keeps the range of example.com clear of example.com.au. The revision
 * grows with every rewrite: no key is ever put twice, which SingleDelete relies on.
 */
final class DeliveryKeyCodec {
    private static final int SUFFIX_BYTES = 1 + 1 + Long.BYTES + Long.BYTES + Short.BYTES + Short.BYTES;

    private DeliveryKeyCodec() {}

    static byte[] encode(DeliveryKey key) {
        return encode(key.destination(), key.priority(), key);
    }

    /** The key with another destination and class: where a range read begins. */
    static byte[] encode(String destination, PriorityClass priority, DeliveryKey position) {
        byte[] name = destination.getBytes(UTF_8);
        return ByteBuffer.allocate(name.length + SUFFIX_BYTES)
                .put(name)
                .put((byte) 0)
                .put(priority.code())
                .putLong(position.dueMillis())
                .putLong(position.message().value())
                .putShort((short) position.part())
                .putShort((short) position.revision())
                .array();
    }

    /** The first key behind the range of this class. */
    static byte[] behind(String destination, PriorityClass priority) {
        byte[] name = destination.getBytes(UTF_8);
        return ByteBuffer.allocate(name.length + 2)
                .put(name)
                .put((byte) 0)
                .put((byte) (priority.code() + 1))
                .array();
    }

    static DeliveryKey decode(byte[] key) {
        int nameBytes = key.length - SUFFIX_BYTES;
        if (nameBytes < 1 || key[nameBytes] != 0) throw new QueueException.Corrupt("delivery key");
        ByteBuffer suffix = ByteBuffer.wrap(key, nameBytes + 1, SUFFIX_BYTES - 1);
        String destination = new String(key, 0, nameBytes, UTF_8);
        PriorityClass priority = PriorityClass.ofCode(suffix.get());
        long dueMillis = suffix.getLong();
        long message = suffix.getLong();
        if (dueMillis < 0 || message < 0) throw new QueueException.Corrupt("delivery key");
        int part = suffix.getShort() & 0xffff;
        int revision = suffix.getShort() & 0xffff;
        return new DeliveryKey(destination, priority, dueMillis, new MessageId(message), part, revision);
    }

    /** The due time of an encoded key. */
    static long dueMillisOf(byte[] key) {
        if (key.length < SUFFIX_BYTES) throw new QueueException.Corrupt("delivery key");
        return Keys.longAt(key, key.length - SUFFIX_BYTES + 2);
    }
}
