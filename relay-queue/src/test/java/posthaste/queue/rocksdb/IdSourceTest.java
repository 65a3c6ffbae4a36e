package posthaste.queue.rocksdb;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import posthaste.queue.MessageId;

class IdSourceTest {
    private static final long NOW = 1_800_000_000_000L;

    @Test
    void idsFollowTheTime() {
        IdSource ids = new IdSource(new QueueClock(NOW), 0);
        assertThat(ids.next().epochMillis()).isBetween(NOW, NOW + 60_000);
    }

    @Test
    void idsStartAboveTheCeilingWhenTheClockWentBack() {
        long ceiling = MessageId.floorOf(NOW + 3_600_000).value();
        IdSource ids = new IdSource(new QueueClock(NOW), ceiling);

        assertThat(ids.next().value()).isGreaterThan(ceiling);
        assertThat(ids.next().value()).isEqualTo(ceiling + 2);
    }

    @Test
    void idsAreUniqueOverThreads() {
        IdSource ids = new IdSource(new QueueClock(NOW), 0);
        Set<MessageId> seen = ConcurrentHashMap.newKeySet();
        IntStream.range(0, 100_000).parallel().forEach(i -> seen.add(ids.next()));
        assertThat(seen).hasSize(100_000);
    }

    @Test
    void theCeilingIsRaisedTenSecondsAheadAndThenStays() {
        IdSource ids = new IdSource(new QueueClock(NOW), 0);
        long ceiling = ids.ceilingAbove(0);

        assertThat(new MessageId(ceiling).epochMillis()).isBetween(NOW + 10_000, NOW + 70_000);
        assertThat(ids.ceilingAbove(ceiling)).isEqualTo(ceiling);
        assertThat(ids.next().value()).isLessThan(ceiling);
    }
}
