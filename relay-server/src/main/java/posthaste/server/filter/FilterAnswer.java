package posthaste.server.filter;

import posthaste.smtp.Reply;

/** What a filter says. */
sealed interface FilterAnswer {

    /** Calls the method of {@code handler} that is about this answer. */
    void accept(Handler handler);

    /** The answer to our offer. */
    record Terms(int version, int wishes) implements FilterAnswer {
        @Override
        public void accept(Handler handler) {
            handler.terms(this);
        }
    }

    /** It wants to see more; at the end of a message: it has nothing against it. */
    record GoOn() implements FilterAnswer {
        @Override
        public void accept(Handler handler) {
            handler.goOn(this);
        }
    }

    /** It has nothing against the message, and need not see the rest. */
    record Accept() implements FilterAnswer {
        @Override
        public void accept(Handler handler) {
            handler.accepted(this);
        }
    }

    /** It does not want the message; the client is told so. */
    record Refuse(Reply reply) implements FilterAnswer {
        @Override
        public void accept(Handler handler) {
            handler.refused(this);
        }
    }

    /** It has seen enough of the body. */
    record Skip() implements FilterAnswer {
        @Override
        public void accept(Handler handler) {
            handler.skip(this);
        }
    }

    /** It is at work and needs more time. */
    record Progress() implements FilterAnswer {
        @Override
        public void accept(Handler handler) {
            handler.progress(this);
        }
    }

    /**
     * An operator should look at the message; its last word is still to come.
     *
     * @param reason printable and bounded
     */
    record Quarantine(String reason) implements FilterAnswer {
        @Override
        public void accept(Handler handler) {
            handler.quarantine(this);
        }
    }

    /** It would add or change a field of the header, which was never agreed on: the message stays as it is. */
    record ChangeHeader() implements FilterAnswer {
        @Override
        public void accept(Handler handler) {
            handler.changeHeader(this);
        }
    }

    /**
     * It speaks something else, or wants what was never agreed on and matters; nothing behind it is read.
     *
     * @param safeText what is wrong, printable and bounded
     */
    record Nonsense(String safeText) implements FilterAnswer {
        @Override
        public void accept(Handler handler) {
            handler.nonsense(this);
        }
    }

    /** One method per answer. */
    interface Handler {
        void terms(Terms answer);

        void goOn(GoOn answer);

        void accepted(Accept answer);

        void refused(Refuse answer);

        void skip(Skip answer);

        void progress(Progress answer);

        void quarantine(Quarantine answer);

        void changeHeader(ChangeHeader answer);

        void nonsense(Nonsense answer);
    }
}
