package posthaste.smtp;

import java.time.Instant;

/** When the delivery of a message may begin: HOLDFOR or HOLDUNTIL of MAIL (RFC 4865 §4). */
public sealed interface FutureRelease {

    /** @param now when MAIL was given */
    Instant releaseAt(Instant now);

    /** The value of Future-Release-Request in a report (RFC 4865 §7), {@code for;60} or {@code until;2030-01-01T00:00:00Z}. */
    String request();

    /** @param seconds 1 to 999,999,999 */
    record For(long seconds) implements FutureRelease {
        /** Nine digits (RFC 4865 §4). */
        public static final long SECONDS_MAX = 999_999_999;

        public For {
            if (seconds < 1 || seconds > SECONDS_MAX) throw new IllegalArgumentException("HOLDFOR=" + seconds);
        }

        @Override
        public Instant releaseAt(Instant now) {
            return now.plusSeconds(seconds);
        }

        @Override
        public String request() {
            return "for;" + seconds;
        }
    }

    /** @param asWritten the date-time as received (RFC 3339), printable ASCII */
    record Until(Instant instant, String asWritten) implements FutureRelease {
        @Override
        public Instant releaseAt(Instant now) {
            return instant;
        }

        @Override
        public String request() {
            return "until;" + asWritten;
        }
    }
}
