package posthaste.server.auth;

import java.util.List;

/** What came of reading the users. */
public sealed interface UserReading {

    <T> T accept(Handler<T> handler);

    /** One method per outcome, so that none is forgotten. */
    interface Handler<T> {
        T read(Read reading);

        T wrong(Wrong reading);

        T unreadable(Unreadable reading);
    }

    /** These are all of them. */
    record Read(List<UserEntry> users) implements UserReading {
        @Override
        public <T> T accept(Handler<T> handler) {
            return handler.read(this);
        }
    }

    /**
     * What was read makes no sense. Those read before stay: a slip of the pen must not lock everybody out.
     *
     * @param problems one line each, with place and remedy
     */
    record Wrong(List<String> problems) implements UserReading {
        @Override
        public <T> T accept(Handler<T> handler) {
            return handler.wrong(this);
        }
    }

    /**
     * It could not be read. Who may log in is unknown until it can.
     *
     * @param why one line
     */
    record Unreadable(String why) implements UserReading {
        @Override
        public <T> T accept(Handler<T> handler) {
            return handler.unreadable(this);
        }
    }
}
