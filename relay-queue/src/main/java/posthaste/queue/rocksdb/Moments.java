package posthaste.queue.rocksdb;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import posthaste.queue.Envelope;
import posthaste.queue.MailQueue.Moment;

/**
 * The entries of the {@code deadline} family: what of a message is found by its time. They follow from the envelope, are put
 * at acceptance and removed with the last part. Nearly all mail has none.
 *
 * <p>An end has a key of time and message id and no value. Other moments have the code of their kind before it, and their
 * version as value; a time begins with a zero octet until the year 4252, so each kind is a range of its own.
 */
final class Moments {
    private static final byte[] END_VALUE = {};
    private static final byte[] MOMENT_VALUE = {1};

    private Moments() {}

    static List<byte[]> keysOf(StoredMessage stored) {
        Envelope envelope = stored.message.envelope();
        boolean plain = envelope.expiresAt().isEmpty()
                && envelope.requests().deadline().isEmpty()
                && !envelope.isReleasedLater();
        return plain ? List.of() : keysOf(stored, envelope);
    }

    private static List<byte[]> keysOf(StoredMessage stored, Envelope envelope) {
        List<byte[]> keys = new ArrayList<>(2);
        envelope.endsAt().ifPresent(end -> keys.add(Keys.deadline(millis(end), stored.id())));
        if (countsFromRelease(envelope)) {
            keys.add(Keys.moment(codeOf(Moment.RELEASE), millis(envelope.firstDue()), stored.id()));
        }
        envelope.noticeAt().ifPresent(at -> keys.add(Keys.moment(codeOf(Moment.NOTICE), millis(at), stored.id())));
        return keys;
    }

    private static long millis(Instant time) {
        return Math.max(0, time.toEpochMilli());
    }

    /** Whether the message is found by its release instead of by its acceptance when its lifetime is over. */
    private static boolean countsFromRelease(Envelope envelope) {
        return envelope.expiresAt().isEmpty() && envelope.isReleasedLater();
    }

    /** Whether the message is found by its acceptance when its lifetime is over. */
    static boolean countsFromAcceptance(Envelope envelope) {
        return envelope.expiresAt().isEmpty() && !envelope.isReleasedLater();
    }

    static byte[] valueOf(byte[] key) {
        return key.length == Keys.DEADLINE_BYTES ? END_VALUE : MOMENT_VALUE;
    }

    /** Refuses what another release may have meant. */
    static void requireKnown(byte[] value) {
        new ByteReader(value, "deadline value").version(MOMENT_VALUE[0]).end();
    }

    static byte codeOf(Moment moment) {
        return switch (moment) {
            case RELEASE -> 1;
            case NOTICE -> 2;
        };
    }
}
