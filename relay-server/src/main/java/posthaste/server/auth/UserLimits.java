package posthaste.server.auth;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import java.util.function.LongSupplier;
import posthaste.smtp.Replies;
import posthaste.smtp.Reply;

/**
 * What users have sent, against their quota: messages by a bucket that fills evenly within an hour, recipients by days of
 * 24 hours that each begin with the first recipient. Kept in memory: a restart begins anew. Thread-safe, without locks.
 */
public final class UserLimits {
    private static final long HOUR_NANOS = Duration.ofHours(1).toNanos();
    private static final long DAY_NANOS = Duration.ofDays(1).toNanos();

    /**
     * @param messages those that could be sent at {@code atNanos}
     * @param dayNanos when the day of the recipients began
     */
    private record Use(double messages, long atNanos, int recipients, long dayNanos) {}

    private final LongSupplier nanos;
    /** Of users with a quota only: as many as were ever configured. */
    private final ConcurrentHashMap<String, AtomicReference<Use>> uses = new ConcurrentHashMap<>();

    /** @param nanos a clock that only goes forward */
    public UserLimits(LongSupplier nanos) {
        this.nanos = nanos;
    }

    /** Counts one message, begun by MAIL; the refusal where that is one too many, and nothing is counted then. */
    public Optional<Reply> message(Login login) {
        Optional<Integer> perHour = login.quota().messagesPerHour();
        if (perHour.isEmpty()) return Optional.empty();
        int max = perHour.get();
        boolean taken = take(login, use -> {
            double messages =
                    Math.min(max, use.messages + (double) (nanos.getAsLong() - use.atNanos) / HOUR_NANOS * max);
            return messages < 1
                    ? Optional.empty()
                    : Optional.of(new Use(messages - 1, nanos.getAsLong(), use.recipients, use.dayNanos));
        });
        return taken ? Optional.empty() : Optional.of(Replies.TOO_MANY_MESSAGES_OF_USER);
    }

    /** Counts one recipient, named by RCPT; the refusal where that is one too many, and nothing is counted then. */
    public Optional<Reply> recipient(Login login) {
        Optional<Integer> perDay = login.quota().recipientsPerDay();
        if (perDay.isEmpty()) return Optional.empty();
        boolean taken = take(login, use -> {
            long now = nanos.getAsLong();
            boolean over = now - use.dayNanos >= DAY_NANOS;
            int recipients = over ? 0 : use.recipients;
            return recipients >= perDay.get()
                    ? Optional.empty()
                    : Optional.of(new Use(use.messages, use.atNanos, recipients + 1, over ? now : use.dayNanos));
        });
        return taken ? Optional.empty() : Optional.of(Replies.TOO_MANY_RECIPIENTS_OF_USER);
    }

    /** @param next what is used then; empty where that is too much */
    private boolean take(Login login, Function<Use, Optional<Use>> next) {
        AtomicReference<Use> use = uses.computeIfAbsent(login.user(), user -> new AtomicReference<>(unused()));
        while (true) {
            Use before = use.get();
            Optional<Use> after = next.apply(before);
            if (after.isEmpty()) return false;
            if (use.compareAndSet(before, after.get())) return true;
        }
    }

    /** Whatever the quota is: what is over it counts as full. */
    private Use unused() {
        long now = nanos.getAsLong();
        return new Use(Integer.MAX_VALUE, now, 0, now);
    }
}
