package posthaste.delivery.client;

import java.util.List;
import posthaste.queue.Delivery;
import posthaste.queue.Recipient;

/**
 * One MAIL with its recipients and its content, to be sent once.
 *
 * @param delivery whose message it is
 * @param recipients those of the delivery to send to now, 1 to {@link #RECIPIENTS_MAX}, and no more than the host's
 *     RCPTMAX
 * @param listener told once how it ended, on the connection's loop
 */
public record Transaction(Delivery delivery, List<Recipient> recipients, TransactionListener listener) {
    /** Every server takes so many (RFC 5321 §4.5.3.1.8), and the envelope stays one small write. */
    public static final int RECIPIENTS_MAX = 100;

    public Transaction {
        recipients = List.copyOf(recipients);
        if (recipients.isEmpty() || recipients.size() > RECIPIENTS_MAX) {
            throw new IllegalArgumentException(recipients.size() + " recipients in a transaction");
        }
    }
}
