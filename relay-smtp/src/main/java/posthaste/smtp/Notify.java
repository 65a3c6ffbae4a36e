package posthaste.smtp;

/** The NOTIFY set of a recipient (RFC 3461 §4.1) in one byte: bit 0 SUCCESS, 1 FAILURE, 2 DELAY, 3 NEVER; 0 = not given. */
public record Notify(byte bits) {
    public static final byte SUCCESS = 1;
    public static final byte FAILURE = 2;
    public static final byte DELAY = 4;
    public static final byte NEVER = 8;
    /** No NOTIFY parameter: failures are reported, and delays too (RFC 3461 §4.1). */
    public static final Notify UNSPECIFIED = new Notify((byte) 0);

    public Notify {
        if (bits < 0 || bits > NEVER || (bits > DELAY + FAILURE + SUCCESS && bits != NEVER)) {
            throw new IllegalArgumentException("not a NOTIFY set: " + bits);
        }
    }

    public boolean wantsFailure() {
        return bits == 0 || (bits & FAILURE) != 0;
    }

    public boolean wantsDelay() {
        return bits == 0 || (bits & DELAY) != 0;
    }

    public boolean wantsSuccess() {
        return (bits & SUCCESS) != 0;
    }
}
