package posthaste.server;

/** Exit codes of the process (sysexits.h), beside those of {@link posthaste.queue.QueueException.CannotOpen}. */
public final class ExitCode {
    public static final int OK = 0;
    /** As the JVM itself ends with -XX:+ExitOnOutOfMemoryError. */
    public static final int OUT_OF_MEMORY = 3;
    /** An unknown command or option. */
    public static final int USAGE = 64;
    /** The database, found damaged while running. */
    public static final int DAMAGED = 65;
    /** An address that is in use, or not ours. */
    public static final int UNAVAILABLE = 69;
    /** A bug. */
    public static final int SOFTWARE = 70;
    /** The disk refuses what cannot be done without. */
    public static final int IO_ERROR = 74;
    /** The configuration. */
    public static final int CONFIG = 78;

    private ExitCode() {}
}
