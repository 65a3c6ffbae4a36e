package posthaste.delivery.client;

import static java.nio.charset.StandardCharsets.UTF_8;

import posthaste.queue.Envelope;
import posthaste.smtp.BodyType;
import posthaste.smtp.Extension;
import posthaste.smtp.Extensions;

/** Writes the commands of an envelope for one host: only parameters that it offers. One use, one thread. */
final class EnvelopeCommands {
    private static final int ADDRESS_CHARS_TYPICAL = 48;
    private static final String END = "\r\n";

    private final StringBuilder text;

    EnvelopeCommands(int commands) {
        text = new StringBuilder(commands * ADDRESS_CHARS_TYPICAL);
    }

    EnvelopeCommands rset() {
        text.append("RSET\r\n");
        return this;
    }

    /** @param withOptional whether to send the parameters that the message can do without */
    EnvelopeCommands mail(Envelope envelope, long bodyBytes, Extensions host, boolean withOptional) {
        text.append("MAIL FROM:");
        path(envelope.reversePath().toString());
        if (withOptional && hasOptional(host)) text.append(" SIZE=").append(bodyBytes);
        if (envelope.bodyType() == BodyType.EIGHT_BIT_MIME && host.offers(Extension.EIGHT_BIT_MIME)) {
            text.append(" BODY=8BITMIME");
        }
        if (envelope.smtpUtf8()) text.append(" SMTPUTF8");
        text.append(END);
        return this;
    }

    /** Whether MAIL to this host has parameters that a message can do without. */
    static boolean hasOptional(Extensions host) {
        return host.offers(Extension.SIZE);
    }

    EnvelopeCommands rcpt(String mailbox) {
        text.append("RCPT TO:<");
        path(mailbox);
        text.append(">\r\n");
        return this;
    }

    EnvelopeCommands data() {
        text.append("DATA\r\n");
        return this;
    }

    byte[] octets() {
        return text.toString().getBytes(UTF_8);
    }

    /** The types allow no control character; a second look, because one CR here would be a command of the sender's. */
    private void path(String path) {
        for (int i = 0; i < path.length(); i++) {
            if (path.charAt(i) < ' ') throw new IllegalStateException("control character in an address");
        }
        text.append(path);
    }
}
