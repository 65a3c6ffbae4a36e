package posthaste.server.auth;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The users as they were read last, or the fact that they cannot be read. One reading replaces the other as a whole.
 * Thread-safe; only {@link #reload} blocks.
 */
final class UserStore {
    /** Between two tries to read what could not be read. */
    static final Duration RETRY = Duration.ofSeconds(5);

    private static final Logger LOG = LoggerFactory.getLogger(UserStore.class);

    /** @param readable whether the users are those of now; if not, they are those that were known last */
    private record State(Users users, boolean readable) {}

    private final UserSource source;
    private final LongSupplier nanos;
    private final AtomicLong triedAtNanos;
    private volatile State state;

    /**
     * @param users those that were read with the configuration
     * @param nanos a clock that only goes forward
     */
    UserStore(List<UserEntry> users, UserSource source, LongSupplier nanos) {
        this.source = source;
        this.nanos = nanos;
        triedAtNanos = new AtomicLong(nanos.getAsLong());
        state = new State(new Users(users), true);
    }

    /** The users of now; empty while they cannot be read. */
    Optional<Users> current() {
        State now = state;
        return now.readable ? Optional.of(now.users) : Optional.empty();
    }

    /** Those that were read last, for what must not change while they cannot be read. */
    Users last() {
        return state.users;
    }

    boolean isReadable() {
        return state.readable;
    }

    /** Whether it is time to try again, which the caller then does: one caller is told so. */
    boolean isRetryDue() {
        if (state.readable) return false;
        long tried = triedAtNanos.get();
        long now = nanos.getAsLong();
        return now - tried >= RETRY.toNanos() && triedAtNanos.compareAndSet(tried, now);
    }

    /** Reads them anew and logs what came of it. Blocks; one at a time. */
    synchronized UserReading reload() {
        triedAtNanos.set(nanos.getAsLong());
        UserReading reading = source.read();
        state = reading.accept(new Next(state));
        return reading;
    }

    private record Next(State before) implements UserReading.Handler<State> {

        @Override
        public State read(UserReading.Read reading) {
            var users = new Users(reading.users());
            LOG.info("users read: {}", users.size());
            return new State(users, true);
        }

        @Override
        public State wrong(UserReading.Wrong reading) {
            reading.problems().forEach(problem -> LOG.error("{}", problem));
            LOG.error("users not read: mend what is named above and reload; those read before stay");
            return new State(before.users, true);
        }

        @Override
        public State unreadable(UserReading.Unreadable reading) {
            LOG.error("users cannot be read, logins get 454 until they can: {}", reading.why());
            return new State(before.users, false);
        }
    }
}
