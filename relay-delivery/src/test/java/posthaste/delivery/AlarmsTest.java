package posthaste.delivery;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import posthaste.delivery.Alarms.Alarm;

class AlarmsTest {

    private static final List<String> LABELS =
            List.of("d", "a-longer-label-of-this", "x".repeat(60) + "." + "y".repeat(60));

    @Test
    void theEarlierOfTwoTimesCounts() {
        var alarms = new Alarms();
        alarms.bringForward("one.example", 50);
        alarms.bringForward("one.example", 70);
        alarms.bringForward("two.example", 60);
        alarms.bringForward("two.example", 40);

        assertThat(alarms.of("one.example")).contains(new Alarm("one.example", 50, 0));
        assertThat(alarms.pollDue(39)).isEmpty();
        assertThat(alarms.pollDue(100)).contains(new Alarm("two.example", 40, 0));
        assertThat(alarms.pollDue(100)).contains(new Alarm("one.example", 50, 0));
        assertThat(alarms.pollDue(100)).isEmpty();
        assertThat(alarms.nextDueMillis()).isEqualTo(Long.MAX_VALUE);
    }

    @Test
    void aDestinationThatFailedWaitsForItsTimeWhateverComes() {
        var alarms = new Alarms();
        alarms.set("one.example", 50, 3);
        alarms.bringForward("one.example", 10);

        assertThat(alarms.pollDue(49)).isEmpty();
        assertThat(alarms.pollDue(50)).contains(new Alarm("one.example", 50, 3));
        alarms.bringForward("one.example", 10);
        assertThat(alarms.of("one.example")).contains(new Alarm("one.example", 10, 0));
    }

    @Test
    void failuresBeyondCountingCountAsMany() {
        var alarms = new Alarms();
        alarms.set("one.example", 50, 1_000);

        assertThat(alarms.of("one.example")).contains(new Alarm("one.example", 50, Alarms.FAILURES_MAX));
    }

    /** Against a map that is searched from end to end. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void anyOrderOfCallsGivesWhatASimpleMapWouldGive(long seed) {
        Random random = new Random(seed);
        var alarms = new Alarms();
        Map<String, Alarm> model = new HashMap<>();
        for (int step = 0; step < 20_000; step++) {
            String name = LABELS.get(random.nextInt(LABELS.size())) + random.nextInt(1_000) + ".example";
            long time = random.nextInt(100_000);
            switch (random.nextInt(6)) {
                case 0, 1 -> {
                    int failures = random.nextInt(3);
                    alarms.set(name, time, failures);
                    model.put(name, new Alarm(name, time, failures));
                }
                case 2, 3 -> {
                    alarms.bringForward(name, time);
                    model.merge(name, new Alarm(name, time, 0), AlarmsTest::earlier);
                }
                case 4 -> {
                    alarms.remove(name);
                    model.remove(name);
                }
                default -> assertPolled(alarms.pollDue(time), time, model, seed);
            }
            assertThat(alarms.size()).isEqualTo(model.size());
        }
        model.forEach((name, alarm) -> assertThat(alarms.of(name)).contains(alarm));
    }

    private static Alarm earlier(Alarm known, Alarm latest) {
        return known.failures() == 0 && latest.dueMillis() < known.dueMillis() ? latest : known;
    }

    private static void assertPolled(Optional<Alarm> polled, long now, Map<String, Alarm> model, long seed) {
        long first = model.values().stream().mapToLong(Alarm::dueMillis).min().orElse(Long.MAX_VALUE);
        assertThat(polled.isPresent()).as("seed %d", seed).isEqualTo(first <= now);
        polled.ifPresent(alarm -> {
            assertThat(alarm.dueMillis()).as("seed %d", seed).isEqualTo(first);
            assertThat(model.remove(alarm.name())).as("seed %d", seed).isEqualTo(alarm);
        });
    }

    /** Removed names leave holes, which are closed. */
    @Test
    void aMillionNamesThatComeAndGoTakeNoMoreRoomThanThoseThatStay() {
        var names = new PackedNames();
        byte[] name = "x".repeat(200).getBytes(US_ASCII);
        for (int i = 0; i < 1_000_000; i++) {
            names.put(0, name);
            names.remove(0);
        }
        names.put(0, name);

        assertThat(names.at(0)).hasSize(200);
        assertThat(names.capacityBytes()).isLessThan(1 << 20);
    }
}
