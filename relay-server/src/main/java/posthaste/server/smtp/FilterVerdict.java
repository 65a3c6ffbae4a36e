package posthaste.server.smtp;

import posthaste.smtp.Reply;

/** What the content filters make of a message. */
public sealed interface FilterVerdict {

    /** Calls the method of {@code handler} that is about this verdict. */
    <R> R accept(Handler<R> handler);

    /** What comes of this and of another filter's verdict: the worse one, and this one where both refuse. */
    FilterVerdict and(FilterVerdict other);

    /** Whether the message is not taken. */
    default boolean isRefusal() {
        return false;
    }

    /** It may go on. */
    record Passed() implements FilterVerdict {
        @Override
        public <R> R accept(Handler<R> handler) {
            return handler.passed(this);
        }

        @Override
        public FilterVerdict and(FilterVerdict other) {
            return other;
        }
    }

    /** It is taken, and an operator has to look at it before it goes anywhere. */
    record Held() implements FilterVerdict {
        @Override
        public <R> R accept(Handler<R> handler) {
            return handler.held(this);
        }

        @Override
        public FilterVerdict and(FilterVerdict other) {
            return other.isRefusal() ? other : this;
        }
    }

    /**
     * It is not taken.
     *
     * @param reply 4yz or 5yz, with an enhanced status
     */
    record Refused(Reply reply) implements FilterVerdict {
        @Override
        public <R> R accept(Handler<R> handler) {
            return handler.refused(this);
        }

        @Override
        public FilterVerdict and(FilterVerdict other) {
            return this;
        }

        @Override
        public boolean isRefusal() {
            return true;
        }
    }

    /** One method per verdict. */
    interface Handler<R> {
        R passed(Passed verdict);

        R held(Held verdict);

        R refused(Refused verdict);
    }
}
