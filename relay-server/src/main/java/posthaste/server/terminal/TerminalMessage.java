package posthaste.server.terminal;

import java.time.Instant;
import java.util.List;
import posthaste.smtp.MailVerb;
import posthaste.smtp.Mailbox;
import posthaste.smtp.ReversePath;

/**
 * A message for terminals.
 *
 * @param id as in its 250 and its Received field
 * @param verb that began its transaction
 * @param from its reverse-path
 * @param to the addresses with a terminal that it goes to; each terminal is told its own alone
 * @param receivedAt when it was handed in
 * @param content header and body as received, dots unstuffed; the caller must not change it any more
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
public record TerminalMessage(
        String id, MailVerb verb, ReversePath from, List<Mailbox> to, Instant receivedAt, byte[] content) {

    public TerminalMessage {
        to = List.copyOf(to);
        if (to.isEmpty()) throw new IllegalArgumentException("a message to no terminal");
    }

    /** Without the content: it belongs into no log. */
    @Override
    public String toString() {
        return verb + " " + id + " to " + to.size() + " terminals, " + content.length + " octets";
    }
}
