package posthaste.server.smtp;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import posthaste.server.smtp.DeadlineWheel.Deadline;

class DeadlineWheelTest {
    private static final long START = Long.MAX_VALUE - 1_000_000; // a monotonic clock may wrap around

    private final List<String> passed = new ArrayList<>();
    private final DeadlineWheel wheel = new DeadlineWheel(START);

    private Deadline deadline(String name) {
        return new Deadline(() -> passed.add(name));
    }

    private static long after(Duration time) {
        return START + time.toNanos();
    }

    private void set(Deadline deadline, Duration time) {
        wheel.set(deadline, after(time));
    }

    private void advance(Duration time) {
        wheel.advance(after(time));
    }

    @Test
    void aDeadlinePassesOnceWithinATickOfItsTime() {
        set(deadline("a"), Duration.ofSeconds(3));

        advance(Duration.ofMillis(2_999));
        assertThat(passed).isEmpty();
        advance(Duration.ofSeconds(3).plus(DeadlineWheel.TICK));
        advance(Duration.ofHours(1));
        assertThat(passed).containsExactly("a");
    }

    @Test
    void oneThatIsSetAgainPassesAtTheLastTimeOnly() {
        Deadline moved = deadline("a");
        set(moved, Duration.ofSeconds(3));
        set(moved, Duration.ofMinutes(5));
        advance(Duration.ofMinutes(4));
        assertThat(passed).isEmpty();

        set(moved, Duration.ofMinutes(4).plusSeconds(1));
        advance(Duration.ofMinutes(4).plusSeconds(2));

        assertThat(passed).containsExactly("a");
    }

    @Test
    void oneThatIsClearedOrRemovedDoesNotPass() {
        Deadline cleared = deadline("cleared");
        Deadline removed = deadline("removed");
        set(cleared, Duration.ofSeconds(1));
        set(removed, Duration.ofSeconds(1));
        wheel.clear(cleared);
        wheel.remove(removed);
        advance(Duration.ofSeconds(2));
        assertThat(passed).isEmpty();

        set(cleared, Duration.ofSeconds(3));
        advance(Duration.ofSeconds(4));

        assertThat(passed).containsExactly("cleared");
    }

    @Test
    void aLeapOfTheClockMissesNone() {
        for (int i = 0; i < 1000; i++) set(deadline("d" + i), Duration.ofSeconds(i));

        advance(Duration.ofDays(1));

        assertThat(passed).hasSize(1000).doesNotHaveDuplicates();
    }

    @Test
    void whatIsSetWhileOthersPassPassesToo() {
        Deadline second = deadline("second");
        Deadline first = new Deadline(() -> {
            passed.add("first");
            set(second, Duration.ZERO);
        });
        set(first, Duration.ofSeconds(1));

        advance(Duration.ofSeconds(2));
        advance(Duration.ofSeconds(3));

        assertThat(passed).containsExactly("first", "second");
    }

    @Test
    void oneMayRemoveAnotherOfTheSameMoment() {
        Deadline other = deadline("other");
        Deadline first = new Deadline(() -> wheel.remove(other));
        set(first, Duration.ofSeconds(1));
        set(other, Duration.ofSeconds(1));

        advance(Duration.ofSeconds(2));

        assertThat(passed).isEmpty();
    }

    @Test
    void randomDeadlinesPassInTimeAndNeverEarly() {
        Random random = new Random(5321);
        long[] due = new long[200];
        long[] now = {0};
        Deadline[] deadlines = new Deadline[due.length];
        for (int i = 0; i < due.length; i++) {
            int each = i;
            deadlines[i] = new Deadline(() -> {
                assertThat(now[0]).isGreaterThanOrEqualTo(due[each]);
                due[each] = Long.MAX_VALUE;
            });
            due[i] = Long.MAX_VALUE;
        }
        for (int step = 0; step < 20_000; step++) {
            int any = random.nextInt(due.length);
            due[any] = now[0] + random.nextInt(400_000);
            set(deadlines[any], Duration.ofMillis(due[any]));
            now[0] += random.nextInt(200);
            advance(Duration.ofMillis(now[0]));
            long late = now[0] - 2 * DeadlineWheel.TICK.toMillis();
            for (long each : due) assertThat(each).isGreaterThan(late);
        }
    }
}
