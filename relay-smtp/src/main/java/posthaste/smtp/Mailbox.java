package posthaste.smtp;

import java.util.Locale;

/**
 * A mailbox, {@code Local-part "@" ( Domain / address-literal )} (RFC 5321 §4.1.2, RFC 6531 §3.3). Both parts are kept as
 * the client wrote them, quotes and letter case included, so that the next hop reads what the client meant (§2.4).
 *
 * @param localPart dot-string or quoted-string as written, at most 64 octets of UTF-8
 * @param domain domain name or address literal with its brackets as written, at most 255 octets of UTF-8; where it is not
 *     ASCII it has a form that DNS knows
 */
public record Mailbox(String localPart, String domain) {
    private static final int C1_MAX = 0x9f;

    public Mailbox {
        if (localPart.isEmpty() || domain.isEmpty()) throw new IllegalArgumentException("empty part of a mailbox");
        requireClean(localPart);
        requireClean(domain);
        if (!InternationalDomain.isAscii(domain)
                && InternationalDomain.toAscii(domain).isEmpty()) {
            throw new IllegalArgumentException("a domain that DNS cannot know");
        }
    }

    /** The last net against injection: no control character of any caller reaches a command, a log or a report. */
    private static void requireClean(String part) {
        for (int i = 0; i < part.length(); i++) {
            char c = part.charAt(i);
            if (c < ' ' || (c >= 0x7f && c <= C1_MAX)) {
                throw new IllegalArgumentException("control character in a mailbox");
            }
        }
    }

    /**
     * The delivery destination: the domain in lower case, in the form that DNS knows (A-labels). Two mailboxes of one
     * destination share its backlog.
     */
    public String destination() {
        if (InternationalDomain.isAscii(domain)) return domain.toLowerCase(Locale.ROOT);
        return InternationalDomain.toAscii(domain).orElseThrow();
    }

    /** Whether a host without SMTPUTF8 can be told of it. */
    public boolean isAscii() {
        return InternationalDomain.isAscii(localPart) && InternationalDomain.isAscii(domain);
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
