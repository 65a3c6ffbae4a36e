package posthaste.server.smtp;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import posthaste.smtp.Command.Etrn;
import posthaste.smtp.Command.Etrn.Scope;

class FlushPaceTest {
    private final AtomicLong nanos = new AtomicLong(Long.MAX_VALUE - 5); // clocks of this kind begin anywhere
    private final FlushPace pace = new FlushPace(nanos::get);

    private boolean passes(String node) {
        return pace.tryPass(new Etrn(Scope.DOMAIN, node));
    }

    private void after(Duration time) {
        nanos.addAndGet(time.toNanos());
    }

    @Test
    void aNodeIsAskedForOncePerPause() {
        assertThat(passes("dest.test")).isTrue();
        after(FlushPace.PAUSE.minusNanos(1));
        assertThat(passes("DEST.test")).isFalse();

        after(Duration.ofNanos(1));

        assertThat(passes("dest.test")).isTrue();
        assertThat(passes("dest.test")).isFalse();
    }

    @Test
    void nodesAndScopesDoNotWaitForEachOther() {
        assertThat(passes("dest.test")).isTrue();

        assertThat(passes("other.test")).isTrue();
        assertThat(pace.tryPass(new Etrn(Scope.SUBDOMAINS, "dest.test"))).isTrue();
    }

    @Test
    void onlySoManyNodesAreRememberedAndOthersWaitUntilTheyAreForgotten() {
        long passed = IntStream.range(0, FlushPace.NODES_MAX + 5)
                .filter(i -> passes("d" + i + ".test"))
                .count();
        assertThat(passed).isEqualTo(FlushPace.NODES_MAX);
        assertThat(passes("d0.test")).isFalse();

        after(FlushPace.PAUSE);

        assertThat(passes("late.test")).isTrue();
        assertThat(passes("d0.test")).isTrue();
    }
}
