package posthaste.delivery.dsn;

import posthaste.queue.Recipient;
import posthaste.smtp.EnhancedStatus;
import posthaste.smtp.Reply;

/**
 * A recipient whose sender is to be told of a failure, a delay or a relay.
 *
 * @param recipient as accepted
 * @param status what the report says: that of the reply, 5.4.7 for an expired one
 * @param reply the last reply, for Diagnostic-Code; ours where the host gave none
 * @param host the host that gave it, as logged; empty where none did
 */
public record FailedRecipient(Recipient recipient, EnhancedStatus status, Reply reply, String host) {}
