package posthaste.queue.rocksdb;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;
import posthaste.queue.DeliveryKey;
import posthaste.queue.Envelope;
import posthaste.queue.Envelope.Requests;
import posthaste.queue.MessageId;
import posthaste.queue.PriorityClass;
import posthaste.queue.QueuedMessage;
import posthaste.queue.Recipient;
import posthaste.smtp.BodyType;
import posthaste.smtp.Mailbox;
import posthaste.smtp.ReversePath;

/**
 * Nanoseconds to write and to read what the queue keeps of a message beside its content: the value of the message family
 * (envelope, checksums, parts) and the key of a delivery. Each message is written once; messages are read after a
 * restart and when a backlog is refilled, so reading bounds how fast a backlog comes back. Stands in this package because
 * the codecs are nobody's business outside it.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class StoreCodecBenchmark {
    private static final long NOW_MILLIS = 1_770_000_000_000L;
    private static final int BODY_BYTES = 10_240;

    /** Of the message; ten are spread over five destinations. */
    @Param({"1", "10"})
    public int recipients;

    private MessageId id = MessageId.floorOf(NOW_MILLIS);
    private Optional<StoredMessage> stored = Optional.empty();
    private byte[] value = new byte[0];
    private DeliveryKey key = new DeliveryKey("d", PriorityClass.NORMAL, 0, id, 0, 0);
    private byte[] encodedKey = new byte[0];

    /** A message as an application sends it. */
    @Setup
    public void prepare() {
        List<Recipient> all = IntStream.range(0, recipients)
                .mapToObj(i -> new Recipient(new Mailbox("customer.number" + i, "mail" + i % 5 + ".example.net")))
                .toList();
        Instant now = Instant.ofEpochMilli(NOW_MILLIS);
        Envelope envelope = new Envelope(
                ReversePath.of(new Mailbox("billing", "app.example.org")),
                all,
                PriorityClass.NORMAL,
                BodyType.EIGHT_BIT_MIME,
                false,
                Requests.NONE,
                now,
                now,
                Optional.empty(),
                new Envelope.Source("192.0.2.17", "app1.example.org", "ESMTP", ""));
        StoredMessage message =
                new StoredMessage(new QueuedMessage(id, envelope, BODY_BYTES, 1), new int[] {0x12345678}, Part.of(all));
        stored = Optional.of(message);
        value = MessageCodec.encode(message);
        key = message.firstKey(0);
        encodedKey = DeliveryKeyCodec.encode(key);
    }

    /** The value of the message family. */
    @Benchmark
    public byte[] encodeMessage() {
        return MessageCodec.encode(stored.orElseThrow());
    }

    /** The same, read back and its checksum verified. */
    @Benchmark
    public Object decodeMessage() {
        return MessageCodec.decode(id, value);
    }

    /** The key of one delivery. */
    @Benchmark
    public byte[] encodeKey() {
        return DeliveryKeyCodec.encode(key);
    }

    /** The same, read back. */
    @Benchmark
    public DeliveryKey decodeKey() {
        return DeliveryKeyCodec.decode(encodedKey);
    }
}
