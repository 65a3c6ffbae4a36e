package posthaste.queue.rocksdb;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.zip.CRC32C;
import posthaste.queue.Envelope;
import posthaste.queue.Envelope.Deadline;
import posthaste.queue.Envelope.Requests;
import posthaste.queue.Envelope.Source;
import posthaste.queue.MessageId;
import posthaste.queue.PriorityClass;
import posthaste.queue.QueuedMessage;
import posthaste.queue.Recipient;
import posthaste.smtp.BodyType;
import posthaste.smtp.DeliverBy;
import posthaste.smtp.MailVerb;
import posthaste.smtp.Mailbox;
import posthaste.smtp.Notify;
import posthaste.smtp.ReturnContent;
import posthaste.smtp.ReversePath;

/**
 * Value of the {@code message} family, version 1, or 2 where it holds requests, or 3 where REQUIRETLS is one of them: the version (1 byte), the CRC32C of all that follows (4), then class
 * (1), body type, SMTPUTF8 and RET (1), received-at less the time of the id, first due less received-at and, where bit
 * 7 of the second octet is set, expires-at less received-at (signed varints, ms), reverse-path, ENVID, where
 * bit 5 is set the other requests ({@link #putRequests}), source, recipients, size, the CRC32C of each body chunk (4 each) and the parts. Whether a recipient is held stands with the
 * recipient, and a part is held where its first one is. So one checksum covers envelope and body.
 */
final class MessageCodec {
    private static final int VERSION = 1;
    /** An older release must not pass over requests that it does not know. */
    private static final int VERSION_WITH_REQUESTS = 2;
    /** Likewise: without it a message that must not leave without TLS would. */
    private static final int VERSION_WITH_TLS = 3;

    private static final int SUM_AT = 1;
    private static final int SUMMED_FROM = 5;
    private static final int TYPICAL_BYTES = 256;

    private static final int UTF8 = 0x10;
    private static final int REQUESTS = 0x20;
    private static final int EXPIRES = 0x80;

    private static final int VERB_MASK = 0x03;
    private static final int PRIORITY = 0x04;
    private static final int FUTURE_RELEASE = 0x08;
    private static final int DEADLINE = 0x10;
    private static final int DEADLINE_NOTIFIES = 0x20;
    private static final int DEADLINE_TRACED = 0x40;
    private static final int REQUIRE_TLS = 0x80;

    private static final int SAME_DOMAIN = 0x10;
    private static final int ORCPT = 0x20;
    private static final int HELD = 0x40;
    private static final int NOTIFY_MASK = 0x0f;

    private MessageCodec() {}

    static byte[] encode(StoredMessage stored) {
        QueuedMessage message = stored.message;
        Envelope envelope = message.envelope();
        boolean requests = hasMore(envelope.requests());
        ByteWriter value = new ByteWriter(TYPICAL_BYTES)
                .octet(version(envelope.requests()))
                .fixed32(0);
        long received = envelope.receivedAt().toEpochMilli();
        value.octet(envelope.priority().code());
        value.octet(codeOf(envelope.bodyType())
                | codeOf(envelope.requests().returnContent()) << 2
                | (envelope.smtpUtf8() ? UTF8 : 0)
                | (requests ? REQUESTS : 0)
                | (envelope.expiresAt().isPresent() ? EXPIRES : 0));
        value.signed(received - message.id().epochMillis());
        value.signed(envelope.firstDue().toEpochMilli() - received);
        if (envelope.expiresAt().isPresent()) {
            value.signed(envelope.expiresAt().get().toEpochMilli() - received);
        }
        putMailbox(value, envelope.reversePath().mailbox());
        value.text(envelope.requests().envelopeId().orElse(""));
        if (requests) putRequests(value, envelope.requests(), received);
        putSource(value, envelope.source());
        putRecipients(value, envelope.recipients());
        value.varint(message.bodyBytes()).varint(stored.chunkSums.length);
        for (int sum : stored.chunkSums) value.fixed32(sum);
        putParts(value, stored);
        return summed(value);
    }

    private static int version(Requests requests) {
        if (requests.requireTls()) return VERSION_WITH_TLS;
        return hasMore(requests) ? VERSION_WITH_REQUESTS : VERSION;
    }

    private static byte[] summed(ByteWriter value) {
        byte[] bytes = value.toArray();
        int sum = sumOf(bytes);
        for (int i = 0; i < Integer.BYTES; i++) bytes[SUM_AT + i] = (byte) (sum >>> (24 - 8 * i));
        return bytes;
    }

    private static int sumOf(byte[] value) {
        CRC32C sum = new CRC32C();
        sum.update(value, SUMMED_FROM, value.length - SUMMED_FROM);
        return (int) sum.getValue();
    }

    private static void putMailbox(ByteWriter value, Optional<Mailbox> mailbox) {
        value.text(mailbox.map(Mailbox::localPart).orElse(""));
        mailbox.ifPresent(present -> value.text(present.domain()));
    }

    /** Whether there is more than RET and ENVID, which stand with every message. */
    private static boolean hasMore(Requests requests) {
        return requests.verb() != MailVerb.MAIL
                || requests.priorityLevel().isPresent()
                || requests.deadline().isPresent()
                || requests.futureRelease().isPresent()
                || requests.requireTls();
    }

    /** One octet of flags, then what they announce: MT-PRIORITY, the time of BY less received-at, the future release. */
    private static void putRequests(ByteWriter value, Requests requests, long received) {
        Optional<Deadline> deadline = requests.deadline();
        value.octet(codeOf(requests.verb())
                | (requests.priorityLevel().isPresent() ? PRIORITY : 0)
                | (requests.futureRelease().isPresent() ? FUTURE_RELEASE : 0)
                | (requests.requireTls() ? REQUIRE_TLS : 0)
                | deadline.map(MessageCodec::flagsOf).orElse(0));
        if (requests.priorityLevel().isPresent())
            value.signed(requests.priorityLevel().getAsInt());
        deadline.ifPresent(by -> value.signed(by.at().toEpochMilli() - received));
        requests.futureRelease().ifPresent(value::text);
    }

    private static int flagsOf(Deadline deadline) {
        return DEADLINE
                | (deadline.mode() == DeliverBy.Mode.NOTIFY ? DEADLINE_NOTIFIES : 0)
                | (deadline.trace() ? DEADLINE_TRACED : 0);
    }

    private static void putSource(ByteWriter value, Source source) {
        value.text(source.address())
                .text(source.helloName())
                .text(source.protocol())
                .text(source.user());
    }

    private static void putRecipients(ByteWriter value, List<Recipient> recipients) {
        value.varint(recipients.size());
        String domain = "";
        for (Recipient recipient : recipients) {
            boolean same = recipient.mailbox().domain().equals(domain);
            domain = recipient.mailbox().domain();
            value.octet(recipient.notifyOn().bits()
                    | (same ? SAME_DOMAIN : 0)
                    | (recipient.originalRecipient().isPresent() ? ORCPT : 0)
                    | (recipient.held() ? HELD : 0));
            value.text(recipient.mailbox().localPart());
            if (!same) value.text(domain);
            recipient.originalRecipient().ifPresent(value::text);
        }
    }

    /** A part names its destination only where that is not the domain of its first recipient in lower case. */
    private static void putParts(ByteWriter value, StoredMessage stored) {
        List<Recipient> recipients = stored.message.envelope().recipients();
        value.varint(stored.parts.size());
        for (Part part : stored.parts) {
            String derived = recipients.get(part.recipients[0]).mailbox().destination();
            value.text(derived.equals(part.destination) ? "" : part.destination);
            boolean all = part.recipients.length == recipients.size();
            value.varint(all ? 0 : part.recipients.length);
            if (all) continue;
            for (int index : part.recipients) value.varint(index);
        }
    }

    static StoredMessage decode(MessageId id, byte[] bytes) {
        boolean known = bytes.length > 0 && bytes[0] > VERSION && bytes[0] <= VERSION_WITH_TLS;
        ByteReader value = new ByteReader(bytes, "message " + id).version(known ? bytes[0] : VERSION);
        int sum = value.fixed32();
        if (sum != sumOf(bytes)) throw value.corrupt("checksum differs");
        try {
            StoredMessage stored = decode(id, value);
            boolean same = version(stored.message.envelope().requests()) == bytes[0];
            if (!same)
                throw value.corrupt("version " + bytes[0] + " has no such requests"); // the sum covers no version
            return stored;
        } catch (IllegalArgumentException meaningless) {
            throw value.corrupt(String.valueOf(meaningless.getMessage()));
        }
    }

    private static StoredMessage decode(MessageId id, ByteReader value) {
        PriorityClass priority = PriorityClass.ofCode((byte) value.octet());
        int flags = value.octet();
        long received = id.epochMillis() + value.signed();
        long firstDue = received + value.signed();
        Optional<Instant> expires = Optional.empty();
        if ((flags & EXPIRES) != 0) expires = Optional.of(Instant.ofEpochMilli(received + value.signed()));
        ReversePath reversePath = readReversePath(value);
        Requests requests = readRequests(value, flags, received);
        Source source = new Source(value.text(), value.text(), value.text(), value.text());
        List<Recipient> recipients = readRecipients(value);
        long bodyBytes = value.varint();
        int[] sums = new int[value.count()];
        for (int i = 0; i < sums.length; i++) sums[i] = value.fixed32();
        Envelope envelope = new Envelope(
                reversePath,
                recipients,
                priority,
                bodyType(flags & 3, value),
                (flags & UTF8) != 0,
                requests,
                Instant.ofEpochMilli(received),
                Instant.ofEpochMilli(firstDue),
                expires,
                source.equals(Source.LOCAL) ? Source.LOCAL : source);
        List<Part> parts = readParts(value, recipients);
        value.end();
        return new StoredMessage(new QueuedMessage(id, envelope, bodyBytes, sums.length), sums, parts);
    }

    private static Requests readRequests(ByteReader value, int flags, long received) {
        ReturnContent returnContent = returnContent(flags >> 2 & 3, value);
        String text = value.text();
        Optional<String> envelopeId = text.isEmpty() ? Optional.empty() : Optional.of(text);
        if ((flags & REQUESTS) == 0) return Requests.of(returnContent, envelopeId);
        int more = value.octet();
        OptionalInt priority =
                (more & PRIORITY) == 0 ? OptionalInt.empty() : OptionalInt.of(Math.toIntExact(value.signed()));
        Optional<Deadline> deadline = Optional.empty();
        if ((more & DEADLINE) != 0) {
            var mode = (more & DEADLINE_NOTIFIES) == 0 ? DeliverBy.Mode.RETURN : DeliverBy.Mode.NOTIFY;
            Instant at = Instant.ofEpochMilli(received + value.signed());
            deadline = Optional.of(new Deadline(at, mode, (more & DEADLINE_TRACED) != 0));
        }
        Optional<String> release = (more & FUTURE_RELEASE) == 0 ? Optional.empty() : Optional.of(value.text());
        return new Requests(
                verb(more & VERB_MASK),
                returnContent,
                envelopeId,
                priority,
                deadline,
                release,
                (more & REQUIRE_TLS) != 0);
    }

    private static int codeOf(MailVerb verb) {
        return switch (verb) {
            case MAIL -> 0;
            case SEND -> 1;
            case SOML -> 2;
            case SAML -> 3;
        };
    }

    private static MailVerb verb(int code) {
        return switch (code) {
            case 0 -> MailVerb.MAIL;
            case 1 -> MailVerb.SEND;
            case 2 -> MailVerb.SOML;
            default -> MailVerb.SAML;
        };
    }

    private static int codeOf(BodyType type) {
        return switch (type) {
            case SEVEN_BIT -> 0;
            case EIGHT_BIT_MIME -> 1;
            case BINARY_MIME -> 2;
        };
    }

    private static BodyType bodyType(int code, ByteReader value) {
        return switch (code) {
            case 0 -> BodyType.SEVEN_BIT;
            case 1 -> BodyType.EIGHT_BIT_MIME;
            case 2 -> BodyType.BINARY_MIME;
            default -> throw value.corrupt("body type " + code);
        };
    }

    private static int codeOf(ReturnContent ret) {
        return switch (ret) {
            case UNSPECIFIED -> 0;
            case FULL -> 1;
            case HEADERS -> 2;
        };
    }

    private static ReturnContent returnContent(int code, ByteReader value) {
        return switch (code) {
            case 0 -> ReturnContent.UNSPECIFIED;
            case 1 -> ReturnContent.FULL;
            case 2 -> ReturnContent.HEADERS;
            default -> throw value.corrupt("RET " + code);
        };
    }

    private static ReversePath readReversePath(ByteReader value) {
        String local = value.text();
        return local.isEmpty() ? ReversePath.NULL : ReversePath.of(new Mailbox(local, value.text()));
    }

    private static List<Recipient> readRecipients(ByteReader value) {
        int count = value.count();
        if (count == 0) throw value.corrupt("no recipient");
        List<Recipient> recipients = new ArrayList<>(count);
        String domain = "";
        for (int i = 0; i < count; i++) {
            int flags = value.octet();
            String local = value.text();
            if ((flags & SAME_DOMAIN) == 0) domain = value.text();
            Optional<String> original = (flags & ORCPT) == 0 ? Optional.empty() : Optional.of(value.text());
            byte notify = (byte) (flags & NOTIFY_MASK);
            recipients.add(new Recipient(
                    new Mailbox(local, domain),
                    notify == 0 ? Notify.UNSPECIFIED : new Notify(notify),
                    original,
                    (flags & HELD) != 0));
        }
        return recipients;
    }

    private static List<Part> readParts(ByteReader value, List<Recipient> recipients) {
        int count = value.count();
        if (count == 0) throw value.corrupt("no part");
        List<Part> parts = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            String named = value.text();
            int listed = value.count();
            int[] indexes = new int[listed == 0 ? recipients.size() : listed];
            for (int k = 0; k < indexes.length; k++) {
                indexes[k] = listed == 0 ? k : value.bounded(recipients.size() - 1);
            }
            Recipient first = recipients.get(indexes[0]);
            String destination = named.isEmpty() ? first.mailbox().destination() : named;
            parts.add(new Part(destination, first.held(), indexes));
        }
        return parts;
    }
}
