package posthaste.server.policy;

import java.util.Locale;
import posthaste.smtp.Mailbox;

/**
 * A mailbox as it is looked up. Only the host that owns a mailbox may read its local part in any letter case (RFC 5321
 * §2.4): for what is configured here that is us, for all other mail it is not.
 *
 * @param text the local part without needless quotes, and the destination
 */
public record MailboxKey(String text) {

    /** The same for every way to write an address of ours: in any letter case, quoted or not. */
    public static MailboxKey of(Mailbox mailbox) {
        return new MailboxKey(name(mailbox.localPart()) + "@" + mailbox.destination());
    }

    /** The same for what every host takes for the same mailbox: local parts count as they are written. */
    static MailboxKey exact(Mailbox mailbox) {
        return new MailboxKey(mailbox.localPart() + "@" + mailbox.destination());
    }

    /** A local part, or a name of somebody, without its quotes and in lower case. */
    static String name(String written) {
        boolean quoted = written.length() >= 2 && written.startsWith("\"") && written.endsWith("\"");
        return (quoted ? unquoted(written) : written).toLowerCase(Locale.ROOT);
    }

    private static String unquoted(String quoted) {
        var text = new StringBuilder(quoted.length());
        int end = quoted.length() - 1;
        for (int i = 1; i < end; i++) {
            boolean escapes = quoted.charAt(i) == '\\' && i + 1 < end;
            if (escapes) i++;
            text.append(quoted.charAt(i));
        }
        return text.toString();
    }
}
