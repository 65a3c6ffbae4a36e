package posthaste.smtp;

import java.util.Locale;

/**
 * A mailbox, {@code Local-part "@" ( Domain / address-literal )} (RFC 5321 §4.1.2). Both parts are kept as the client
 * wrote them, quotes and letter case included, so that the next hop reads what the client meant (§2.4).
 *
 * @param localPart dot-string or quoted-string as written, at most 64 octets
 * @param domain domain name or address literal with its brackets as written, at most 255 octets
 */
public record Mailbox(String localPart, String domain) {

    public Mailbox {
        if (localPart.isEmpty() || domain.isEmpty()) throw new IllegalArgumentException("empty part of a mailbox");
        requireClean(localPart);
        requireClean(domain);
    }

    /** The last net against injection: no control octet of any caller reaches a command, a log or a report. */
    private static void requireClean(String part) {
        for (int i = 0; i < part.length(); i++) {
            char c = part.charAt(i);
            if (c < ' ' || c == 0x7f) throw new IllegalArgumentException("control octet in a mailbox");
        }
    }

    /** The delivery destination: the domain in lower case. Two mailboxes of one destination share its backlog. */
    public String destination() {
        return domain.toLowerCase(Locale.ROOT);
    }

    public boolean isAddressLiteral() {
        return domain.charAt(0) == '[';
    }

    /** {@code localPart@domain}, without angle brackets. */
    @Override
    public String toString() {
        return localPart + "@" + domain;
    }
}
