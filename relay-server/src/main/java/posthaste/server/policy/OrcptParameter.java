package posthaste.server.policy;

import java.util.Optional;
import posthaste.smtp.Mailbox;

/**
 * The ORCPT parameter that a recipient gets where its address is rewritten and the client gave none, so that a report
 * names the address the sender knows (RFC 3461 §5.2.7.1).
 */
final class OrcptParameter {
    /** RFC 3461 §4.2. */
    private static final int OCTETS_MAX = 500;

    private static final String HEX = "0123456789ABCDEF";

    private OrcptParameter() {}

    /** {@code type;address}; empty for one that is too long to be told. */
    static Optional<String> of(Mailbox mailbox) {
        String address = mailbox.toString();
        String parameter = mailbox.isAscii() ? "rfc822;" + xtext(address) : "utf-8;" + utf8Xtext(address);
        return Optional.of(parameter).filter(text -> text.length() <= OCTETS_MAX);
    }

    /** RFC 3461 §4. */
    private static String xtext(String address) {
        var text = new StringBuilder();
        for (int i = 0; i < address.length(); i++) {
            char c = address.charAt(i);
            if (c > ' ' && c != '+' && c != '=') {
                text.append(c);
            } else {
                text.append('+').append(HEX.charAt(c >> 4)).append(HEX.charAt(c & 0xf));
            }
        }
        return text.toString();
    }

    /** The utf-8-addr-xtext of RFC 6533 §3, which hosts without SMTPUTF8 can read too. */
    private static String utf8Xtext(String address) {
        var text = new StringBuilder();
        address.codePoints().forEach(c -> {
            if (c > ' ' && c <= '~' && c != '+' && c != '=' && c != '\\') {
                text.append((char) c);
            } else {
                text.append(String.format("\\x{%02X}", c));
            }
        });
        return text.toString();
    }
}
