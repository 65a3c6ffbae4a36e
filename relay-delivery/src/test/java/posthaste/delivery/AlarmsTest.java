package posthaste.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AlarmsTest {

    @Test
    void theEarlierOfTwoTimesCounts() {
        var alarms = new Alarms();
        alarms.put("one.example", 50);
        alarms.put("one.example", 70);
        alarms.put("two.example", 60);
        alarms.put("two.example", 40);

        assertThat(alarms.dueOf("one.example")).contains(50L);
        assertThat(alarms.pollDue(39)).isEmpty();
        assertThat(alarms.pollDue(100)).contains("two.example");
        assertThat(alarms.pollDue(100)).contains("one.example");
        assertThat(alarms.pollDue(100)).isEmpty();
        assertThat(alarms.nextDueMillis()).isEqualTo(Long.MAX_VALUE);
    }

    /** Against a map that is searched from end to end. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void anyOrderOfCallsGivesWhatASimpleMapWouldGive(long seed) {
        Random random = new Random(seed);
        var alarms = new Alarms();
        Map<String, Long> model = new HashMap<>();
        for (int step = 0; step < 20_000; step++) {
            if (random.nextInt(5) < 3) {
                String name = "d" + random.nextInt(2_000) + ".example";
                long due = random.nextInt(100_000);
                alarms.put(name, due);
                model.merge(name, due, Math::min);
            } else {
                long now = random.nextInt(100_000);
                Optional<String> polled = alarms.pollDue(now);
                assertPolled(polled, now, model, seed);
            }
            assertThat(alarms.size()).isEqualTo(model.size());
        }
        for (var entry : model.entrySet()) {
            assertThat(alarms.dueOf(entry.getKey())).contains(entry.getValue());
        }
    }

    private static void assertPolled(Optional<String> polled, long now, Map<String, Long> model, long seed) {
        long first = model.values().stream().mapToLong(Long::longValue).min().orElse(Long.MAX_VALUE);
        assertThat(polled.isPresent()).as("seed %d", seed).isEqualTo(first <= now);
        polled.ifPresent(
                name -> assertThat(model.remove(name)).as("seed %d", seed).isEqualTo(first));
    }

    @Test
    void aHundredThousandNamesComeOutInTheOrderOfTheirTimes() {
        var alarms = new Alarms();
        for (int i = 0; i < 100_000; i++) alarms.put("domain-number-" + i + ".example", i);

        assertThat(alarms.size()).isEqualTo(100_000);
        for (int i = 0; i < 100_000; i++) assertThat(alarms.pollDue(i)).contains("domain-number-" + i + ".example");
    }
}
