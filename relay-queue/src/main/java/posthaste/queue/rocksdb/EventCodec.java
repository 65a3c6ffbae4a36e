package posthaste.queue.rocksdb;

import java.util.Locale;
import posthaste.queue.MessageId;
import posthaste.queue.QueueEvent;

/**
 * Value of the {@code event} family, version 1: version (1), kind (1), message id (8), time less the time of the id
 * (signed varint, ms), recipient, destination (1 octet of 0 where it is the recipient's domain in lower case, else 1 and
 * the text), attempts, host, detail, next due less the time (signed varint, ms) behind 1, or 0 for none. The sequence
 * is the key; a {@code trace} entry repeats it behind the message id and has no value.
 */
final class EventCodec {
    private static final int VERSION = 1;
    private static final int TYPICAL_BYTES = 128;
    private static final int ATTEMPTS_MAX = Integer.MAX_VALUE;
    /** Longer texts of a remote host are cut: an event is a line, not an archive. */
    private static final int TEXT_MAX = 1024;

    private EventCodec() {}

    static byte[] encode(QueueEvent event) {
        ByteWriter value =
                new ByteWriter(TYPICAL_BYTES).octet(VERSION).octet(event.kind().code());
        value.fixed64(event.message().value());
        value.signed(event.atMillis() - event.message().epochMillis());
        value.text(cut(event.recipient()));
        if (event.destination().equals(domainOf(event.recipient()))) {
            value.octet(0);
        } else {
            value.octet(1).text(event.destination());
        }
        value.varint(event.attempts()).text(cut(event.host())).text(cut(event.detail()));
        if (event.nextDueMillis() == 0) return value.octet(0).toArray();
        return value.octet(1).signed(event.nextDueMillis() - event.atMillis()).toArray();
    }

    static QueueEvent decode(long sequence, byte[] bytes) {
        ByteReader value = new ByteReader(bytes, "event " + sequence).version(VERSION);
        QueueEvent.Kind kind = QueueEvent.Kind.ofCode((byte) value.octet());
        long id = value.fixed64();
        if (id < 0) throw value.corrupt("message id");
        MessageId message = new MessageId(id);
        long at = message.epochMillis() + value.signed();
        String recipient = value.text();
        String destination = value.octet() == 0 ? domainOf(recipient) : value.text();
        int attempts = value.bounded(ATTEMPTS_MAX);
        String host = value.text();
        String detail = value.text();
        long due = value.octet() == 0 ? 0 : at + value.signed();
        value.end();
        return new QueueEvent(sequence, at, kind, message, recipient, destination, attempts, host, detail, due);
    }

    private static String domainOf(String recipient) {
        int at = recipient.lastIndexOf('@');
        return at <= 0 || at == recipient.length() - 1
                ? ""
                : recipient.substring(at + 1).toLowerCase(Locale.ROOT);
    }

    private static String cut(String text) {
        return text.length() <= TEXT_MAX ? text : text.substring(0, TEXT_MAX);
    }
}
