package posthaste.server.smtp;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import posthaste.server.policy.ClientKey;

class ClientPaceTest {
    private static final ClientKey ONE = ClientKey.of(InetAddress.getLoopbackAddress());
    private static final ClientKey OTHER = new ClientKey(7, false);

    private final AtomicLong nanos = new AtomicLong(5);
    private final ClientPace pace = new ClientPace(Optional.of(6), nanos::get);

    private void advance(Duration time) {
        nanos.addAndGet(time.toNanos());
    }

    private int passed(int tries) {
        int passed = 0;
        for (int i = 0; i < tries; i++) if (pace.tryPass(ONE)) passed++;
        return passed;
    }

    @Test
    void soManyAtOnceAndThenEvenly() {
        assertThat(passed(10)).isEqualTo(6);
        assertThat(pace.tryPass(OTHER)).isTrue();

        advance(Duration.ofSeconds(30));
        assertThat(passed(10)).isEqualTo(3);

        advance(Duration.ofHours(1));
        assertThat(passed(10)).isEqualTo(6);
    }

    @Test
    void whoGoesOnTryingPassesAllTheSame() {
        passed(6);
        int passed = 0;
        for (int second = 0; second < 60; second++) {
            advance(Duration.ofSeconds(1));
            passed += passed(3);
        }
        assertThat(passed).isBetween(5, 6);
    }

    @Test
    void withoutALimitEverythingPasses() {
        var free = new ClientPace(Optional.empty(), nanos::get);

        for (int i = 0; i < 1_000; i++) assertThat(free.tryPass(ONE)).isTrue();
        assertThat(free.isLimited()).isFalse();
    }
}
