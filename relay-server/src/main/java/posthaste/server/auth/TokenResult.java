package posthaste.server.auth;

/** What a token says. */
sealed interface TokenResult {

    <T> T accept(Handler<T> handler);

    /** One method per result, so that none is forgotten. */
    interface Handler<T> {
        T valid(Valid result);

        T invalid(Invalid result);

        T unknown(Unknown result);
    }

    /** The issuer says that it is of this user. */
    record Valid(String user) implements TokenResult {
        @Override
        public <T> T accept(Handler<T> handler) {
            return handler.valid(this);
        }
    }

    /** @param why for the log; holds nothing of the token */
    record Invalid(String why) implements TokenResult {
        @Override
        public <T> T accept(Handler<T> handler) {
            return handler.invalid(this);
        }
    }

    /** The keys of the issuer cannot be read now. */
    record Unknown() implements TokenResult {
        @Override
        public <T> T accept(Handler<T> handler) {
            return handler.unknown(this);
        }
    }
}
