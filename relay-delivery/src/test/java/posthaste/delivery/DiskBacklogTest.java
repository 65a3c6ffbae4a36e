package posthaste.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import posthaste.queue.DeliveryKey;
import posthaste.queue.MessageId;
import posthaste.queue.PriorityClass;

class DiskBacklogTest {
    private final DiskBacklog backlog = new DiskBacklog("one.example", PriorityClass.NORMAL);

    private static DeliveryKey key(long due, long id) {
        return new DeliveryKey("one.example", PriorityClass.NORMAL, due, new MessageId(id), 0, 0);
    }

    @Test
    void nothingIsKnownAtFirst() {
        assertThat(backlog.dueMillis()).isEqualTo(Long.MAX_VALUE);
    }

    @Test
    void theLowestKeyIsWhereReadingStarts() {
        backlog.note(key(20, 5));
        backlog.note(key(10, 7));
        backlog.note(key(10, 6));
        backlog.note(key(30, 1));

        assertThat(backlog.dueMillis()).isEqualTo(10);
        assertThat(backlog.beginRead()).isEqualTo(key(10, 6));
    }

    @Test
    void whatIsNotedDuringAReadIsStillKnownBehindIt() {
        backlog.note(key(10, 1));
        backlog.beginRead();
        backlog.note(key(5, 9));

        assertThat(backlog.dueMillis()).isEqualTo(5);
        backlog.note(40);
        assertThat(backlog.beginRead()).isEqualTo(key(5, 9));
    }

    @Test
    void aReadThatFailedIsReadAgainFromItsStart() {
        backlog.note(key(10, 3));
        DeliveryKey start = backlog.beginRead();
        backlog.readFailed(start);

        assertThat(backlog.beginRead()).isEqualTo(key(10, 3));
    }
}
