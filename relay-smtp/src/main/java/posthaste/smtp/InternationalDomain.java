package posthaste.smtp;

import static java.nio.charset.StandardCharsets.US_ASCII;

import com.ibm.icu.text.IDNA;
import java.util.Optional;

/**
 * Domain names beyond ASCII (RFC 5890), in the form that DNS knows. Nothing of an ASCII name comes here, so a relay that
 * meets no other name never loads the tables (docs/decisions/0010).
 */
final class InternationalDomain {
    /** Octets of a domain name in DNS without its root (RFC 1035 §2.3.4). */
    private static final int ASCII_MAX = 253;

    /** UTS 46 as close to RFC 5891 as it gets: {@code ß} stays {@code ß}, the rules for joiners and directions hold. */
    private static final int OPTIONS = IDNA.NONTRANSITIONAL_TO_ASCII
            | IDNA.USE_STD3_RULES
            | IDNA.CHECK_BIDI
            | IDNA.CHECK_CONTEXTJ
            | IDNA.CHECK_CONTEXTO;

    /** Loaded with the first such name; safe for any thread. */
    private static final class Tables {
        private static final IDNA UTS46 = IDNA.getUTS46Instance(OPTIONS);
    }

    private InternationalDomain() {}

    static boolean isAscii(String text) {
        int all = 0;
        for (int i = 0; i < text.length(); i++) all |= text.charAt(i);
        return all < 0x80;
    }

    /** The A-label form of a name, in lower case; empty where it has none, so that no mail can go there. */
    static Optional<String> toAscii(String domain) {
        StringBuilder ascii = new StringBuilder();
        IDNA.Info info = new IDNA.Info();
        Tables.UTS46.nameToASCII(domain, ascii, info);
        boolean good = !info.hasErrors() && ascii.length() <= ASCII_MAX && isDomain(ascii.toString());
        return good ? Optional.of(ascii.toString()) : Optional.empty();
    }

    /** Digits of other scripts may have become an IPv4 address without its brackets: the grammar is asked again. */
    private static boolean isDomain(String ascii) {
        byte[] octets = ascii.getBytes(US_ASCII);
        return AddressGrammar.endOfDomain(octets, 0, octets.length) == octets.length;
    }
}
