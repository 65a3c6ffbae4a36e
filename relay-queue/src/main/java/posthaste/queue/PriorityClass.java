package posthaste.queue;

/** The class of a delivery; each is a key range of its own within its destination, served in this order. */
public enum PriorityClass {
    URGENT(0),
    NORMAL(1),
    BULK(2),
    /** Waits for an operator: no attempt, no expiry. */
    HELD(9);

    private final byte code;

    PriorityClass(int code) {
        this.code = (byte) code;
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
