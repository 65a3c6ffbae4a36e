package posthaste.queue.rocksdb;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import posthaste.queue.Notices;
import posthaste.queue.Recipient;
import posthaste.queue.Settlement;
import posthaste.smtp.EnhancedStatus;
import posthaste.smtp.Reply;

/**
 * Value of the {@code delivery} family, version 1. At revision 0 it is the version byte alone: every recipient of the
 * part is open and no attempt was made. Later it also holds flags (1, what the sender was told: bit 0 of the delay, bit 1 of the deadline), attempts, the
 * open recipients as indexes into the envelope, the last reply (code 2, status or a zero, lines) and the last host.
 *
 * @param open indexes into the recipients of the envelope; empty for all recipients of the part
 */
record DeliveryState(List<Integer> open, int attempts, Notices told, Optional<Reply> lastReply, String lastHost) {
    private static final int VERSION = 1;
    private static final int TOLD_DELAY = 1;
    private static final int TOLD_DEADLINE = 2;
    private static final int TYPICAL_BYTES = 96;
    private static final int ATTEMPTS_MAX = 1_000_000;
    private static final int STATUS_PART_MAX = 999;

    static final DeliveryState FRESH = new DeliveryState(List.of(), 0, Notices.NONE, Optional.empty(), "");

    private static final byte[] FRESH_VALUE = {VERSION};

    /** What {@code deferral} leaves of a part of this envelope. */
    static DeliveryState after(Settlement.Deferral deferral, List<Recipient> envelope) {
        List<Integer> open = new ArrayList<>(deferral.recipients().size());
        int from = 0;
        for (Recipient recipient : deferral.recipients()) {
            int index = indexOf(recipient, envelope, from);
            open.add(index);
            from = index + 1;
        }
        return new DeliveryState(
                open, deferral.attempts(), deferral.told(), Optional.of(deferral.lastReply()), deferral.lastHost());
    }

    /** Looks behind {@code from} first: recipients come in the order of the envelope, and equal ones may occur. */
    private static int indexOf(Recipient recipient, List<Recipient> envelope, int from) {
        for (int i = from; i < envelope.size(); i++) if (envelope.get(i).equals(recipient)) return i;
        int index = envelope.indexOf(recipient);
        if (index < 0) throw new IllegalArgumentException("not a recipient of the message");
        return index;
    }

    List<Recipient> recipientsOf(StoredMessage stored, int part) {
        List<Recipient> all = stored.message.envelope().recipients();
        if (open.isEmpty()) return stored.parts.get(part).recipientsOf(all);
        List<Recipient> recipients = new ArrayList<>(open.size());
        for (int index : open) recipients.add(all.get(index));
        return List.copyOf(recipients);
    }

    byte[] encode() {
        if (equals(FRESH)) return FRESH_VALUE;
        ByteWriter value = new ByteWriter(TYPICAL_BYTES).octet(VERSION).octet(flags());
        value.varint(Math.min(attempts, ATTEMPTS_MAX)).varint(open.size());
        for (int index : open) value.varint(index);
        value.octet(lastReply.isPresent() ? 1 : 0);
        lastReply.ifPresent(reply -> put(value, reply));
        return value.text(lastHost).toArray();
    }

    private int flags() {
        return (told.delay() ? TOLD_DELAY : 0) | (told.deadline() ? TOLD_DEADLINE : 0);
    }

    private static void put(ByteWriter value, Reply reply) {
        value.fixed16(reply.code());
        if (reply.status().isPresent()) {
            EnhancedStatus status = reply.status().get();
            value.octet(status.statusClass()).varint(status.subject()).varint(status.detail());
        } else {
            value.octet(0);
        }
        value.varint(reply.lines().size());
        reply.lines().forEach(value::text);
    }

    /** @param recipients of the envelope, as a bound of the indexes */
    static DeliveryState decode(byte[] bytes, int recipients) {
        ByteReader value = new ByteReader(bytes, "delivery value").version(VERSION);
        if (bytes.length == 1) return FRESH;
        int flags = value.octet();
        int attempts = value.bounded(ATTEMPTS_MAX);
        int count = value.count();
        List<Integer> open = new ArrayList<>(count);
        for (int i = 0; i < count; i++) open.add(value.bounded(recipients - 1));
        Optional<Reply> reply = value.octet() == 0 ? Optional.empty() : Optional.of(readReply(value));
        String host = value.text();
        value.end();
        Notices told = new Notices((flags & TOLD_DELAY) != 0, (flags & TOLD_DEADLINE) != 0);
        return new DeliveryState(open, attempts, told, reply, host);
    }

    private static Reply readReply(ByteReader value) {
        int code = value.fixed16();
        int statusClass = value.octet();
        try {
            Optional<EnhancedStatus> status = statusClass == 0
                    ? Optional.empty()
                    : Optional.of(new EnhancedStatus(
                            statusClass, value.bounded(STATUS_PART_MAX), value.bounded(STATUS_PART_MAX)));
            int count = value.count();
            List<String> lines = new ArrayList<>(count);
            for (int i = 0; i < count; i++) lines.add(value.text());
            return new Reply(code, status, lines);
        } catch (IllegalArgumentException meaningless) {
            throw value.corrupt(String.valueOf(meaningless.getMessage()));
        }
    }
}
