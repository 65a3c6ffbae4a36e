package posthaste.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import posthaste.queue.DeliveryKey;
import posthaste.queue.MessageId;
import posthaste.queue.PriorityClass;

class FlushTest {
    private static DeliveryKey key(long due, long message) {
        return new DeliveryKey("one.example", PriorityClass.NORMAL, due, new MessageId(message), 0, 1);
    }

    @Test
    void theClassesAreWalkedOverOneAfterTheOther() {
        var flush = new Flush("one.example", 0, 10);

        assertThat(flush.next().priority()).isEqualTo(PriorityClass.URGENT);
        flush.classEnds();
        assertThat(flush.next().priority()).isEqualTo(PriorityClass.NORMAL);
        flush.goOnAt(key(5, 1));
        assertThat(flush.next()).isEqualTo(key(5, 1));
        flush.classEnds();
        assertThat(flush.next().priority()).isEqualTo(PriorityClass.BULK);
        assertThat(flush.isOver()).isFalse();
        flush.classEnds();
        assertThat(flush.isOver()).isTrue();
    }

    @Test
    void itEndsWhereMoreIsPutOffThanItMayRemember() {
        var flush = new Flush("one.example", 0, 2);

        flush.putOff(key(5, 1));
        flush.putOff(key(5, 2));
        assertThat(flush.isOver()).isFalse();
        flush.putOff(key(5, 3));
        assertThat(flush.isOver()).isTrue();
    }

    @ParameterizedTest
    @CsvSource({
        "one.example, false, one.example, true",
        "ONE.example, false, one.example, true",
        "one.example, false, a.one.example, false",
        "one.example, true, one.example, true",
        "one.example, true, a.one.example, true",
        "one.example, true, b.a.one.example, true",
        "one.example, true, notone.example, false",
        "one.example, true, example, false",
        "one.example, true, .one.example, false"
    })
    void aMatchMeansADomainOrAlsoWhatIsBelowIt(String domain, boolean subdomains, String name, boolean expected) {
        assertThat(new DestinationMatch(domain, subdomains).matches(name)).isEqualTo(expected);
    }

    @Test
    void aDestinationThatIsToBeTriedNowStaysSoUntilItsTurnHasCome() {
        var alarms = new Alarms();
        alarms.set("one.example", 1_000, 3);

        alarms.flush("one.example", 50);
        alarms.set("one.example", 2_000, 1);
        alarms.bringForward("one.example", 10);

        assertThat(alarms.nextDueMillis()).isEqualTo(50);
        assertThat(alarms.pollDue(50))
                .hasValueSatisfying(alarm -> assertThat(alarm.isFlush()).isTrue());
        alarms.set("one.example", 2_000, 1);
        assertThat(alarms.of("one.example")).contains(new Alarms.Alarm("one.example", 2_000, 1));
    }
}
