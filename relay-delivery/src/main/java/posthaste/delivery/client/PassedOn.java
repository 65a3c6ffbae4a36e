package posthaste.delivery.client;

/**
 * Which wishes of the sender a host was told of with a message: for those it answers from then on, for the others nobody.
 *
 * @param notifyOn for what to write a report (RFC 3461 §5.2.1)
 * @param deadline by when to deliver (RFC 2852 §4.1.4)
 */
public record PassedOn(boolean notifyOn, boolean deadline) {
    public static final PassedOn NOTHING = new PassedOn(false, false);
}
