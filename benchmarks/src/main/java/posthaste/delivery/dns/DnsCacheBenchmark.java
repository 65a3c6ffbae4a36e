package posthaste.delivery.dns;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;
import posthaste.delivery.DnsConfig;

/**
 * Nanoseconds to answer an MX question from the cache on an event loop, which is what nearly every message costs: the
 * resolver is asked once before the measurement, by real packets. A hundred questions are asked per hand-over to the
 * loop, so the hand-over itself hardly counts.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class DnsCacheBenchmark {
    private static final int QUESTIONS = 100;
    private static final String DOMAIN = "mail.example.net";

    private final Vertx vertx = Vertx.vertx();
    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private Optional<MxResponder> resolver = Optional.empty();
    private Optional<NettyMailDns> dns = Optional.empty();
    private Optional<Context> loop = Optional.empty();

    /** Fills the cache. */
    @Setup(Level.Trial)
    public void fill() throws IOException {
        MxResponder responder = new MxResponder();
        resolver = Optional.of(responder);
        DnsConfig config = new DnsConfig(List.of(responder.address()), Duration.ofSeconds(5));
        dns = Optional.of(new NettyMailDns(vertx, config, InstantSource.system(), new DnsMetrics(registry)));
        loop = Optional.of(vertx.getOrCreateContext());
        DnsAnswer first = ask(1);
        if (!(first instanceof DnsAnswer.Found)) throw new IllegalStateException("the resolver said " + first);
    }

    /** Asks {@code times} on the loop and returns the last answer. */
    private DnsAnswer ask(int times) {
        CompletableFuture<DnsAnswer> last = new CompletableFuture<>();
        loop.orElseThrow().runOnContext(go -> {
            for (int i = 1; i < times; i++) dns.orElseThrow().query(DOMAIN, DnsType.MX);
            dns.orElseThrow().query(DOMAIN, DnsType.MX).onComplete(last::complete, last::completeExceptionally);
        });
        return last.join();
    }

    /** The figure is for one question. */
    @Benchmark
    @OperationsPerInvocation(QUESTIONS)
    public DnsAnswer cached() {
        return ask(QUESTIONS);
    }

    /** A figure that came from the network would be another one. */
    @TearDown(Level.Trial)
    public void close() throws IOException {
        double asked = registry.counter("posthaste_dns_questions").count();
        vertx.close().toCompletionStage().toCompletableFuture().join();
        resolver.orElseThrow().close();
        if (asked != 1) throw new IllegalStateException("the cache was passed by: " + asked + " questions");
    }
}
