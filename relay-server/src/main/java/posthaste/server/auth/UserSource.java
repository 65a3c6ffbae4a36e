package posthaste.server.auth;

/** Where users are read from, as often as they change. */
public interface UserSource {

    /** Reads every user there is. Blocks. */
    UserReading read();
}
