package posthaste.queue;

/** The class of a delivery; each is a key range of its own within its destination, served in this order. */
public enum PriorityClass {
    URGENT(0),
    NORMAL(1),
    BULK(2),
    /** Waits for an operator: no attempt, no expiry. */
    HELD(9);

    /** From here up, and from its negative down, a level is more than normal or less. */
    private static final int LEVEL_STEP = 4;

    private final byte code;

    PriorityClass(int code) {
        this.code = (byte) code;
    }

    /**
     * The class of a message with this MT-PRIORITY, -9 to 9. The profile MIXER knows -4, 0 and 4 (RFC 6710 Appendix A): 4
     * and above is urgent, -4 and below bulk; a level between two of them counts as normal.
     */
    public static PriorityClass ofLevel(int level) {
        if (level >= LEVEL_STEP) return URGENT;
        return level <= -LEVEL_STEP ? BULK : NORMAL;
    }

    /** The byte that stands for the class on disk. */
    public byte code() {
        return code;
    }

    /** @throws QueueException.Corrupt for a byte that stands for no class */
    public static PriorityClass ofCode(byte code) {
        for (PriorityClass priority : values()) if (priority.code == code) return priority;
        throw new QueueException.Corrupt("priority class " + code);
    }
}
