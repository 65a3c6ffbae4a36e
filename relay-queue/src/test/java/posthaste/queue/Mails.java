package posthaste.queue;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import posthaste.queue.Envelope.Requests;
import posthaste.queue.Envelope.Source;
import posthaste.smtp.BodyType;
import posthaste.smtp.Mailbox;
import posthaste.smtp.ReversePath;

/** Envelopes and contents for tests. */
public final class Mails {
    private Mails() {}

    public static Recipient to(String address) {
        int at = address.lastIndexOf('@');
        return new Recipient(new Mailbox(address.substring(0, at), address.substring(at + 1)));
    }

    public static Envelope envelope(Instant now, String... recipients) {
        return envelope(now, PriorityClass.NORMAL, Optional.empty(), recipients);
    }

    public static Envelope envelope(
            Instant now, PriorityClass priority, Optional<Instant> expiresAt, String... recipients) {
        List<Recipient> to = Arrays.stream(recipients).map(Mails::to).toList();
        Instant received = Instant.ofEpochMilli(now.toEpochMilli());
        return new Envelope(
                ReversePath.of(new Mailbox("sender", "app.example")),
                to,
                priority,
                BodyType.EIGHT_BIT_MIME,
                false,
                Requests.NONE,
                received,
                received,
                expiresAt,
                new Source("192.0.2.1", "app.example", "ESMTP", ""));
    }

    public static byte[] text(String text) {
        return text.getBytes(US_ASCII);
    }

    public static byte[] noise(int length, long seed) {
        byte[] content = new byte[length];
        new Random(seed).nextBytes(content);
        return content;
    }
}
