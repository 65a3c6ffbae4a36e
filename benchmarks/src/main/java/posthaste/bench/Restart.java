package posthaste.bench;

/**
 * How long one restart took. The last three count from the launch, and are what a client sees of it.
 *
 * @param endNanos from the signal to the end of the process
 * @param greetedNanos until the first 220 was read
 * @param acceptedNanos until the first new message was answered 250
 * @param deliveredNanos until the sink had that message
 */
record Restart(long endNanos, long greetedNanos, long acceptedNanos, long deliveredNanos) {
    private static final double NANOS_PER_MILLI = 1e6;

    /** How a relay is ended. */
    enum Ending {
        /** SIGTERM: it may tidy up. */
        STOP,
        /** SIGKILL: it finds what it had written. */
        KILL
    }

    double endMillis() {
        return endNanos / NANOS_PER_MILLI;
    }

    double greetedMillis() {
        return greetedNanos / NANOS_PER_MILLI;
    }

    double acceptedMillis() {
        return acceptedNanos / NANOS_PER_MILLI;
    }

    double deliveredMillis() {
        return deliveredNanos / NANOS_PER_MILLI;
    }
}
