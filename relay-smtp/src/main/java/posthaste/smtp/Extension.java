package posthaste.smtp;

import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The service extensions this relay knows by name, offered by it or used of others (RFC 5321 §2.2), in the order of our
 * own reply to EHLO.
 */
public enum Extension {
    /** RFC 1870. */
    SIZE("SIZE"),
    /** RFC 6152. */
    EIGHT_BIT_MIME("8BITMIME"),
    /** RFC 3030 §3. */
    BINARY_MIME("BINARYMIME"),
    /** RFC 3030 §2. */
    CHUNKING("CHUNKING"),
    /** RFC 2920. */
    PIPELINING("PIPELINING"),
    /** RFC 6531. */
    SMTP_UTF8("SMTPUTF8"),
    /** RFC 3461. */
    DSN("DSN"),
    /** RFC 2034. */
    ENHANCED_STATUS_CODES("ENHANCEDSTATUSCODES"),
    /** RFC 2852. */
    DELIVER_BY("DELIVERBY"),
    /** RFC 4865. */
    FUTURE_RELEASE("FUTURERELEASE"),
    /** RFC 6710. */
    MT_PRIORITY("MT-PRIORITY"),
    /** RFC 9422. */
    LIMITS("LIMITS"),
    /** RFC 3207. */
    START_TLS("STARTTLS"),
    /** RFC 8689. */
    REQUIRE_TLS("REQUIRETLS"),
    /** RFC 4954. */
    AUTH("AUTH"),
    /** What a proxy says of the client that it speaks for: a protocol of Postfix. */
    XCLIENT("XCLIENT"),
    /** What a filter says of the client that handed a message in: a protocol of Postfix. */
    XFORWARD("XFORWARD"),
    /** RFC 5321 §4.1.1.6. */
    VRFY("VRFY"),
    /** RFC 5321 §4.1.1.7. */
    EXPN("EXPN"),
    /** RFC 1985. */
    ETRN("ETRN"),
    /** RFC 821 §3.4. */
    SEND("SEND"),
    /** RFC 821 §3.4. */
    SOML("SOML"),
    /** RFC 821 §3.4. */
    SAML("SAML"),
    /** RFC 2645. */
    ATRN("ATRN"),
    /** RFC 821 §3.8. */
    TURN("TURN"),
    /** RFC 5321 §4.1.1.8. */
    HELP("HELP");

    private static final Map<String, Extension> BY_KEYWORD =
            Stream.of(values()).collect(Collectors.toUnmodifiableMap(Extension::keyword, Function.identity()));

    private final String keyword;

    Extension(String keyword) {
        this.keyword = keyword;
    }

    /** The EHLO keyword, in upper case. */
    public String keyword() {
        return keyword;
    }

    /** The extension of a keyword in upper case; empty where we do not know it. */
    static Optional<Extension> of(String keyword) {
        return Optional.ofNullable(BY_KEYWORD.get(keyword));
    }
}
