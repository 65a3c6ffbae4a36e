package posthaste.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class StoppingTest {
    private final List<Integer> halts = new ArrayList<>();
    private final Stopping stopping = new Stopping(halts::add);

    @Test
    void theFirstSignalAsksToStopInOrder() {
        stopping.signalled("SIGTERM");

        assertThat(stopping.await()).isEmpty();
        assertThat(halts).isEmpty();
    }

    @Test
    void theSecondSignalEndsTheProcessAtOnce() {
        stopping.signalled("SIGTERM");
        stopping.signalled("SIGINT");

        assertThat(halts).containsExactly(143);
    }

    @Test
    void aFailureAfterTheSignalChangesNothing() {
        stopping.signalled("SIGTERM");
        stopping.failed(new CannotStart(ExitCode.IO_ERROR, "late"));

        assertThat(stopping.await()).isEmpty();
    }

    @Test
    void aFailureIsTheReasonWhenItIsFirst() {
        var failure = new CannotStart(ExitCode.IO_ERROR, "the disk is gone");
        stopping.failed(failure);

        assertThat(stopping.await()).contains(failure);
    }
}
