package posthaste.queue;

/** Why the queue did not do what it was asked; each kind names what a session answers. */
public abstract sealed class QueueException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private QueueException(String message) {
        super(message);
    }

    private QueueException(String message, Throwable cause) {
        super(message, cause);
    }

    /** No room: free space below the reserve, or too much waits to be written. Answer 452 4.3.1. */
    public static final class Full extends QueueException {
        private static final long serialVersionUID = 1L;

        public Full(String message) {
            super(message);
        }
    }

    /** The disk refused a write or sync; the message is not accepted. Answer 451 4.3.0. */
    public static final class Failed extends QueueException {
        private static final long serialVersionUID = 1L;

        public Failed(String message, Throwable cause) {
            super(message, cause);
        }
    }

    /** The delivery was settled before: by another attempt, or because its time was over. Nothing was written. */
    public static final class Stale extends QueueException {
        private static final long serialVersionUID = 1L;

        public Stale(String message) {
            super(message);
        }
    }

    /** The queue is closing. Answer 421 4.3.2. */
    public static final class Closed extends QueueException {
        private static final long serialVersionUID = 1L;

        public Closed() {
            super("the queue is closed");
        }
    }

    /** Stored bytes that mean nothing or fail their checksum. */
    public static final class Corrupt extends QueueException {
        private static final long serialVersionUID = 1L;

        public Corrupt(String message) {
            super(message);
        }
    }

    /** What keeps a queue from opening; {@link #exitCode} is that of the process (sysexits.h). */
    public static final class CannotOpen extends QueueException {
        private static final long serialVersionUID = 1L;

        private final int exitCode;

        /** @param exitCode 65 damaged, 73 not writable, 74 I/O error, 75 in use by another process */
        public CannotOpen(int exitCode, String message) {
            super(message);
            this.exitCode = exitCode;
        }

        public int exitCode() {
            return exitCode;
        }
    }
}
