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
import posthaste.smtp.CommandParser;
import posthaste.smtp.LineFramer;

/**
 * Nanoseconds to find one command line in what was read and to parse it. The pipelined one is the envelope of a usual
 * message in one read (MAIL, RCPT, DATA: three commands); the split one arrives octet by octet, the worst a client can
 * do. Compare with the 20 to 50 µs that a whole message costs: below 1 µs per command parsing does not matter.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class CommandParserBenchmark {
    private static final int COMMANDS = 3;

    private final LineFramer framer = new LineFramer(LineFramer.DEFAULT_LINE_MAX);
    private final CommandParser parser = new CommandParser();
    private byte[] envelope = new byte[0];
    private byte[] line = new byte[0];

    /** What arrives. */
    @Setup
    public void prepare() {
        String mail = "MAIL FROM:<billing@app.example.org> SIZE=1024 BODY=8BITMIME\r\n";
        String rcpt = "RCPT TO:<customer.name@mail.example.net> NOTIFY=FAILURE,DELAY\r\n";
        envelope = (mail + rcpt + "DATA\r\n").getBytes(US_ASCII);
        line = "RCPT TO:<customer.name@mail.example.net>\r\n".getBytes(US_ASCII);
    }

    /** Three commands in one read; the figure is for one of them. */
    @Benchmark
    @OperationsPerInvocation(COMMANDS)
    public void pipelinedEnvelope(Blackhole sink) {
        int at = 0;
        while (at < envelope.length) {
            if (framer.next(envelope, at, envelope.length) == LineFramer.Result.LINE) {
                sink.consume(parser.parse(framer.line(), framer.offset(), framer.length()));
            }
            at = framer.position();
        }
    }

    /** One RCPT in as many reads as it has octets. */
    @Benchmark
    public void octetByOctet(Blackhole sink) {
        for (int at = 0; at < line.length; at++) {
            if (framer.next(line, at, at + 1) == LineFramer.Result.LINE) {
                sink.consume(parser.parse(framer.line(), framer.offset(), framer.length()));
            }
        }
    }
}
