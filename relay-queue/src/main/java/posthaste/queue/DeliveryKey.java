package posthaste.queue;

/**
 * Names one revision of one part of a message: the position of a delivery in the backlog of its destination. Ordered
 * as on disk.
 *
 * @param destination the recipients' domain in lower case (A-labels) or an address literal; at most 255 ASCII octets
 * @param priority its class
 * @param dueMillis when the next attempt may start, milliseconds since 1970; never negative
 * @param message the message
 * @param part which part of the message, 0 to 65,535: the recipients of one destination
 * @param revision grows by one with every rewrite, 0 at acceptance; no key is ever put twice
 */
public record DeliveryKey(
        String destination, PriorityClass priority, long dueMillis, MessageId message, int part, int revision)
        implements Comparable<DeliveryKey> {

    public DeliveryKey {
        if (destination.isEmpty() || destination.length() > 255) throw new IllegalArgumentException("destination");
        if (dueMillis < 0) throw new IllegalArgumentException("due before 1970: " + dueMillis);
        if (part < 0 || part > 0xffff) throw new IllegalArgumentException("part: " + part);
        if (revision < 0 || revision > 0xffff) throw new IllegalArgumentException("revision: " + revision);
    }

    @Override
    public int compareTo(DeliveryKey other) {
        int order = destination.compareTo(other.destination);
        if (order == 0) order = Byte.compare(priority.code(), other.priority.code());
        if (order == 0) order = Long.compare(dueMillis, other.dueMillis);
        if (order == 0) order = message.compareTo(other.message);
        if (order == 0) order = Integer.compare(part, other.part);
        if (order == 0) order = Integer.compare(revision, other.revision);
        return order;
    }
}
