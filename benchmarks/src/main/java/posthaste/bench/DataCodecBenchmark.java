package posthaste.bench;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.TimeUnit;
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
import org.openjdk.jmh.infra.Blackhole;
import posthaste.smtp.ContentSink;
import posthaste.smtp.DataDecoder;
import posthaste.smtp.DataEncoder;

/**
 * Microseconds to find the end of one message in what was read and to unstuff it, and to stuff it again for the next
 * host. Content is lines of 76 octets of which every twentieth begins with a dot; it arrives in reads of 16 KiB and
 * leaves in chunks of 64 KiB, as in the relay. Divide the size by the figure: below 1 GB/s the scans begin to show in the
 * CPU time of large messages.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class DataCodecBenchmark {
    private static final int READ_BYTES = 16 * 1024;
    private static final int CHUNK_BYTES = 64 * 1024;

    /** Octets of the message. */
    @Param({"1024", "10240", "102400"})
    public int contentBytes;

    private byte[] wire = new byte[0];
    private byte[][] chunks = new byte[0][];

    /** The same text in both forms. */
    @Setup
    public void prepare() {
        String text = text(contentBytes);
        wire = (text.replace("\r\n.", "\r\n..") + ".\r\n").getBytes(US_ASCII);
        byte[] content = text.getBytes(US_ASCII);
        chunks = new byte[(content.length + CHUNK_BYTES - 1) / CHUNK_BYTES][];
        for (int i = 0; i < chunks.length; i++) {
            int from = i * CHUNK_BYTES;
            chunks[i] = Arrays.copyOfRange(content, from, Math.min(content.length, from + CHUNK_BYTES));
        }
    }

    private static String text(int octets) {
        Random random = new Random(1);
        StringBuilder text = new StringBuilder("Subject: benchmark\r\n\r\n");
        for (int line = 0; text.length() < octets - 78; line++) {
            text.append(line % 20 == 1 ? '.' : 'x');
            for (int i = 0; i < 75; i++) text.append((char) ('a' + random.nextInt(26)));
            text.append("\r\n");
        }
        return text.toString();
    }

    /** One message, decoded; the sink takes the pieces and does nothing with them. */
    @Benchmark
    public long decode(Blackhole sink) {
        DataDecoder decoder = new DataDecoder();
        ContentSink pieces = (array, offset, length) -> {
            sink.consume(array);
            sink.consume(length);
        };
        for (int at = 0; at < wire.length; ) {
            at = decoder.decode(wire, at, Math.min(wire.length, at + READ_BYTES), pieces);
        }
        return decoder.content().octets();
    }

    /** One message, encoded. */
    @Benchmark
    public byte[] encode(Blackhole sink) {
        DataEncoder encoder = new DataEncoder();
        for (byte[] chunk : chunks) sink.consume(encoder.encode(chunk));
        return encoder.finish();
    }
}
