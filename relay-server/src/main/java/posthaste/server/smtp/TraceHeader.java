package posthaste.server.smtp;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.Optional;
import posthaste.queue.Envelope.Source;
import posthaste.queue.MessageId;
import posthaste.smtp.Mailbox;
import posthaste.smtp.SafeText;

/**
 * The Received field that goes on top of each message of one client (RFC 5321 §4.4). No name is looked up: the client's
 * own claim stands there, and its address beside it. Each folded line stays far below 998 octets.
 *
 * @param start all that does not differ between messages, up to the id
 */
record TraceHeader(String start) {
    private static final int NAME_MAX = 255;

    static TraceHeader of(String hostname, Source source) {
        return new TraceHeader("Received: from " + SafeText.of(source.helloName(), NAME_MAX) + " ("
                + literal(source.address()) + ")\r\n by " + hostname + " with " + source.protocol() + " id ");
    }

    private static String literal(String address) {
        return address.indexOf(':') < 0 ? "[" + address + "]" : "[IPv6:" + address + "]";
    }

    /**
     * The whole field with its CRLF.
     *
     * @param recipient where there is only one: more would tell them of each other (RFC 5321 §7.6)
     * @param date as RFC 5322 §3.3 has it
     */
    byte[] field(MessageId id, Optional<Mailbox> recipient, String date) {
        StringBuilder field =
                new StringBuilder(start.length() + 128).append(start).append(id);
        if (recipient.isPresent())
            field.append("\r\n for <").append(recipient.get()).append('>');
        return field.append(";\r\n ").append(date).append("\r\n").toString().getBytes(UTF_8);
    }
}
