package posthaste.server.auth;

import java.time.Duration;

/** What comes next in a SASL exchange. */
public sealed interface SaslStep {

    <T> T accept(Handler<T> handler);

    /** What the log says of it: one line without secrets, what the client chose is escaped; empty for nothing. */
    default String detail() {
        return "";
    }

    /** One method per step, so that none is forgotten. */
    interface Handler<T> {
        T challenge(Challenge step);

        T success(Success step);

        T failure(Failure step);
    }

    /**
     * The client is asked for more: {@code 334} and these octets in base64. What a server says at a success (SCRAM's last
     * message) comes this way too, since SMTP has no data with a 235; the client answers it without octets.
     */
    final class Challenge implements SaslStep {
        /** Says nothing: the mechanism begins with the client. */
        static final Challenge EMPTY = new Challenge(new byte[0]);

        private final byte[] octets;
        private final String detail;

        Challenge(byte[] octets) {
            this(octets, "");
        }

        /** @param detail why the exchange has failed already, whatever the client answers */
        Challenge(byte[] octets, String detail) {
            this.octets = octets;
            this.detail = detail;
        }

        @Override
        public String detail() {
            return detail;
        }

        /** To be sent in base64; not to be changed. */
        public byte[] octets() {
            return octets;
        }

        @Override
        public <T> T accept(Handler<T> handler) {
            return handler.challenge(this);
        }
    }

    /** The client is this user: {@code 235 2.7.0}. */
    record Success(Login login) implements SaslStep {
        @Override
        public <T> T accept(Handler<T> handler) {
            return handler.success(this);
        }
    }

    /**
     * The exchange is over without success.
     *
     * @param kind what the client is told
     * @param delay how long to wait before it is told: guesses are slow
     * @param detail why, for the log; empty where that was told before
     */
    record Failure(Kind kind, Duration delay, String detail) implements SaslStep {
        @Override
        public <T> T accept(Handler<T> handler) {
            return handler.failure(this);
        }
    }

    /** What a client is told of a failure (RFC 4954 §4, §6). */
    enum Kind {
        /** {@code 535 5.7.8}: not this user, or not with this proof. */
        BAD_CREDENTIALS,
        /** {@code 501 5.5.2}: not what the mechanism has here. */
        MALFORMED,
        /** {@code 454 4.7.0}: users or keys cannot be read, or too many logins wait; a later try may succeed. */
        UNAVAILABLE,
        /** {@code 421 4.7.0}, and the connection ends: too many failures came from there. */
        BLOCKED,
        /** {@code 538 5.7.11}: this mechanism shows a secret that only TLS may carry. */
        ENCRYPTION_NEEDED
    }
}
