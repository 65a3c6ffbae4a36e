package posthaste.bench;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;
import org.openjdk.jmh.infra.Blackhole;
import posthaste.smtp.ReplyParser;

/**
 * Nanoseconds to read one reply of a next hop. The four are those of a pipelined transaction in one read (MAIL, RCPT,
 * DATA, final dot); the EHLO reply has seven lines and comes once per connection.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class ReplyParserBenchmark {
    private static final int REPLIES = 4;

    private final ReplyParser parser = new ReplyParser();
    private byte[] transaction = new byte[0];
    private byte[] ehlo = new byte[0];

    /** What arrives. */
    @Setup
    public void prepare() {
        String accepted = "250 2.1.0 Ok\r\n250 2.1.5 Ok\r\n354 End data with <CR><LF>.<CR><LF>\r\n";
        transaction = (accepted + "250 2.0.0 Ok: queued as 4Xz1qK2Jn9z3Yc\r\n").getBytes(US_ASCII);
        String first = "250-mx.example.net\r\n250-PIPELINING\r\n250-SIZE 52428800\r\n250-STARTTLS\r\n";
        ehlo = (first + "250-ENHANCEDSTATUSCODES\r\n250-8BITMIME\r\n250 SMTPUTF8\r\n").getBytes(US_ASCII);
    }

    /** Four replies in one read; the figure is for one of them. */
    @Benchmark
    @OperationsPerInvocation(REPLIES)
    public void transaction(Blackhole sink) {
        int at = 0;
        while (at < transaction.length) {
            sink.consume(parser.next(transaction, at, transaction.length));
            at = parser.position();
        }
    }

    /** One reply of seven lines. */
    @Benchmark
    public Object ehlo() {
        return parser.next(ehlo, 0, ehlo.length);
    }
}
