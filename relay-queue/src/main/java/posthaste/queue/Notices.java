package posthaste.queue;

/**
 * What a sender was told of a delivery that waits, so that nothing is told twice.
 *
 * @param delay that it waits for long
 * @param deadline that it was not delivered by the time the sender had named (RFC 2852 §4.1.4, mode N)
 */
public record Notices(boolean delay, boolean deadline) {
    public static final Notices NONE = new Notices(false, false);
    public static final Notices DELAY = new Notices(true, false);
    public static final Notices DEADLINE = new Notices(false, true);

    /** These and those. */
    public Notices and(Notices others) {
        return new Notices(delay || others.delay, deadline || others.deadline);
    }
}
