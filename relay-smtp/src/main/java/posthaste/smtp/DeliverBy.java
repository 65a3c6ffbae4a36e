package posthaste.smtp;

/**
 * By when a message must be delivered: the BY parameter of MAIL (RFC 2852 §4).
 *
 * @param seconds from now on; positive for {@link Mode#RETURN}, any for {@link Mode#NOTIFY}; at most nine digits
 * @param mode what happens when that time is over
 * @param trace whether the sender wants to be told of each relay
 */
public record DeliverBy(long seconds, Mode mode, boolean trace) {
    /** Nine digits (RFC 2852 §4). */
    public static final long SECONDS_MAX = 999_999_999;

    /** What happens to a message that was not delivered in time. */
    public enum Mode {
        /** R: it is returned to its sender. */
        RETURN,
        /** N: its sender is told, and delivery goes on. */
        NOTIFY
    }

    public DeliverBy {
        boolean possible = mode == Mode.NOTIFY ? seconds >= -SECONDS_MAX : seconds > 0;
        if (!possible || seconds > SECONDS_MAX) throw new IllegalArgumentException("BY=" + seconds + ";" + mode);
    }
}
