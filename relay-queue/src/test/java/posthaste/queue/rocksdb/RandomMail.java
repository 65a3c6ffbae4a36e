package posthaste.queue.rocksdb;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Random;
import posthaste.queue.Delivery;
import posthaste.queue.Envelope;
import posthaste.queue.Envelope.Deadline;
import posthaste.queue.Envelope.Requests;
import posthaste.queue.Mails;
import posthaste.queue.Notices;
import posthaste.queue.PriorityClass;
import posthaste.queue.QueueEvent;
import posthaste.queue.Recipient;
import posthaste.queue.Settlement;
import posthaste.smtp.BodyType;
import posthaste.smtp.DeliverBy;
import posthaste.smtp.MailVerb;
import posthaste.smtp.Mailbox;
import posthaste.smtp.Notify;
import posthaste.smtp.Reply;
import posthaste.smtp.ReturnContent;
import posthaste.smtp.ReversePath;

/** Envelopes, contents and outcomes of one random step. */
final class RandomMail {
    /** Some are the beginning of others; one has a class range each. */
    static final List<String> DESTINATIONS =
            List.of("d.example", "d.example.au", "e.example", "[192.0.2.7]", "f.example");

    private static final Mailbox SENDER = new Mailbox("sender", "app.example");
    private static final int HOUR_MILLIS = 3_600_000;
    private static final int DAY_MILLIS = 24 * HOUR_MILLIS;
    private static final int SMALL_BYTES = 3_000;
    private static final int LARGE_BYTES = 150_000;

    private final Random random;

    RandomMail(Random random) {
        this.random = random;
    }

    boolean percent(int share) {
        return random.nextInt(100) < share;
    }

    private <T> T any(T[] of) {
        return of[random.nextInt(of.length)];
    }

    byte[] content() {
        int length = percent(3) ? 0 : random.nextInt(percent(10) ? LARGE_BYTES : SMALL_BYTES);
        return Mails.noise(length, random.nextLong());
    }

    Envelope envelope(Instant now) {
        Instant received = Instant.ofEpochMilli(now.toEpochMilli());
        Instant firstDue = percent(10) ? received.plusMillis(random.nextInt(DAY_MILLIS)) : received;
        return new Envelope(
                percent(10) ? ReversePath.NULL : ReversePath.of(SENDER),
                recipients(),
                percent(60) ? PriorityClass.NORMAL : any(PriorityClass.values()),
                any(BodyType.values()),
                percent(10),
                requests(received),
                received,
                firstDue,
                percent(30) ? Optional.of(received.plusMillis(random.nextInt(DAY_MILLIS))) : Optional.empty(),
                new Envelope.Source("192.0.2." + random.nextInt(256), "app.example", "ESMTP", percent(50) ? "u" : ""));
    }

    private Requests requests(Instant received) {
        Optional<String> envelopeId = percent(20) ? Optional.of("E" + random.nextInt(1000)) : Optional.empty();
        ReturnContent returnContent = any(ReturnContent.values());
        if (percent(70)) return Requests.of(returnContent, envelopeId);
        Instant at = received.plusMillis(random.nextInt(DAY_MILLIS) - DAY_MILLIS / 2);
        return new Requests(
                any(MailVerb.values()),
                returnContent,
                envelopeId,
                percent(50) ? OptionalInt.of(random.nextInt(19) - 9) : OptionalInt.empty(),
                percent(50)
                        ? Optional.of(new Deadline(at, any(DeliverBy.Mode.values()), percent(50)))
                        : Optional.empty(),
                percent(50) ? Optional.of((percent(50) ? "for;" : "until;") + random.nextInt(1000)) : Optional.empty(),
                percent(20));
    }

    private List<Recipient> recipients() {
        List<Recipient> recipients = new ArrayList<>();
        int count = 1 + (percent(50) ? 0 : random.nextInt(6));
        for (int i = 0; i < count; i++) {
            String domain = DESTINATIONS.get(random.nextInt(DESTINATIONS.size()));
            String written = percent(20) ? domain.replace("example", "EXAMPLE") : domain;
            var notify = new Notify((byte) random.nextInt(9));
            Optional<String> original = percent(20) ? Optional.of("rfc822;o" + i) : Optional.empty();
            // Few names, so that equal recipients occur.
            recipients.add(new Recipient(new Mailbox("r" + random.nextInt(6), written), notify, original, percent(8)));
        }
        return recipients;
    }

    /** What an attempt came to: each recipient is done or stays open. */
    Settlement outcome(Delivery delivery, long nowMillis, List<Settlement.Report> reports) {
        int doneShare = percent(60) ? 100 : percent(60) ? 0 : 50;
        List<Settlement.Finished> finished = new ArrayList<>();
        List<Recipient> open = new ArrayList<>();
        for (Recipient each : delivery.recipients()) {
            if (percent(doneShare)) finished.add(finished(each));
            else open.add(each);
        }
        Optional<Settlement.Deferral> deferral =
                open.isEmpty() ? Optional.empty() : Optional.of(deferral(delivery, open, nowMillis));
        return new Settlement(delivery, finished, deferral, reports);
    }

    private Settlement.Finished finished(Recipient recipient) {
        QueueEvent.Kind[] ends = {QueueEvent.Kind.DELIVERED, QueueEvent.Kind.BOUNCED, QueueEvent.Kind.EXPIRED};
        return new Settlement.Finished(recipient, any(ends), "250 ok " + random.nextInt(), "mx");
    }

    private Settlement.Deferral deferral(Delivery delivery, List<Recipient> open, long nowMillis) {
        QueueEvent.Kind[] kinds = {QueueEvent.Kind.DEFERRED, QueueEvent.Kind.AMBIGUOUS, QueueEvent.Kind.DELAYED};
        return new Settlement.Deferral(
                open,
                nowMillis + random.nextInt(2 * HOUR_MILLIS) - HOUR_MILLIS,
                delivery.attempts() + random.nextInt(2),
                delivery.told().and(new Notices(percent(20), percent(20))),
                reply(),
                percent(20) ? "" : "mx" + random.nextInt(5) + ".example [192.0.2.1]",
                any(kinds));
    }

    private Reply reply() {
        if (percent(30)) return Reply.plain(421, "Busy " + random.nextInt());
        return percent(30)
                ? new Reply(450, Optional.empty(), List.of("First line", "Second line " + random.nextInt()))
                : Reply.of(451, "4.7." + random.nextInt(50), "Later");
    }

    /** One with this ENVID, to find it again. */
    Settlement.Report report(Instant now, String envelopeId, int bytesMax) {
        Instant received = Instant.ofEpochMilli(now.toEpochMilli());
        var envelope = new Envelope(
                ReversePath.NULL,
                List.of(new Recipient(SENDER)),
                PriorityClass.NORMAL,
                BodyType.SEVEN_BIT,
                false,
                Requests.of(ReturnContent.UNSPECIFIED, Optional.of(envelopeId)),
                received,
                received,
                Optional.of(received.plusMillis(random.nextInt(DAY_MILLIS))),
                Envelope.Source.LOCAL);
        return new Settlement.Report(envelope, Mails.noise(random.nextInt(bytesMax + 1), random.nextLong()));
    }
}
