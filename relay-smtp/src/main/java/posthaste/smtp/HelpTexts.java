package posthaste.smtp;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What HELP says (RFC 821 §4.1.1, reply 214): the verbs that are valid now, or one verb's syntax, parameters, replies and
 * source.
 */
final class HelpTexts {
    private static final String MAIL_PARAMETERS = "Parameters: SIZE=octets BODY=7BIT|8BITMIME|BINARYMIME SMTPUTF8"
            + " RET=FULL|HDRS ENVID=xtext AUTH=<>|xtext BY=seconds;R|N[T] HOLDFOR=seconds HOLDUNTIL=date-time"
            + " MT-PRIORITY=-9..9 REQUIRETLS";
    private static final String MAIL_REPLIES = "250; 450, 451, 452, 501, 503, 530, 550, 552, 553, 555, 421";
    private static final String FILTERED = ", or what a content filter says";
    private static final String MAIL_SOURCES = ", RFC 1870, 6152, 3030, 6531, 3461, 4954, 2852, 4865, 6710, 8689";

    /** A verb, the extension without which it is not valid (none: it always is), and its lines. */
    private record Topic(String verb, Optional<Extension> needs, Reply text) {

        boolean isValidIn(Offer offer) {
            return needs.isEmpty() || offer.offers(needs.get());
        }
    }

    /** In the order in which HELP lists them. */
    private static final List<Topic> TOPICS = List.of(
            always("HELO", "HELO <domain or address literal>", "250; 501, 421", "RFC 5321 section 4.1.1.1"),
            always(
                    "EHLO",
                    "EHLO <domain or address literal>",
                    "250, one line per extension; 501, 421",
                    "RFC 5321 section 4.1.1.1"),
            offered(
                    Extension.START_TLS,
                    "STARTTLS, then a TLS handshake",
                    "220; 454, 501, 503, 421",
                    "RFC 3207 section 4"),
            offered(
                    Extension.AUTH,
                    "AUTH <mechanism> [initial response in base64]",
                    "235, 334; 454, 500, 501, 503, 504, 535, 538, 421",
                    "RFC 4954 section 4"),
            offered(
                    Extension.XCLIENT,
                    "XCLIENT <attribute>=<xtext> [...], of a proxy: who its client is; begins anew with a greeting",
                    "Attributes: NAME ADDR PORT PROTO HELO LOGIN DESTADDR DESTPORT",
                    "220, 554; 501, 503, 550, 421",
                    "Postfix XCLIENT"),
            offered(
                    Extension.XFORWARD,
                    "XFORWARD <attribute>=<xtext> [...], of a filter: whose the next message is, for the log",
                    "Attributes: NAME ADDR PORT PROTO HELO IDENT SOURCE",
                    "250; 501, 503, 550, 421",
                    "Postfix XFORWARD"),
            always(
                    "MAIL",
                    "MAIL FROM:<reverse-path> [parameters]",
                    MAIL_PARAMETERS,
                    MAIL_REPLIES,
                    "RFC 5321 section 4.1.1.2" + MAIL_SOURCES),
            offered(
                    Extension.SEND,
                    "SEND FROM:<reverse-path> [parameters], to the terminals of users",
                    MAIL_PARAMETERS,
                    MAIL_REPLIES,
                    "RFC 821 section 3.4, RFC 5321 appendix F.6" + MAIL_SOURCES),
            offered(
                    Extension.SOML,
                    "SOML FROM:<reverse-path> [parameters], to the terminals of users, else as mail",
                    MAIL_PARAMETERS,
                    MAIL_REPLIES,
                    "RFC 821 section 3.4, RFC 5321 appendix F.6" + MAIL_SOURCES),
            offered(
                    Extension.SAML,
                    "SAML FROM:<reverse-path> [parameters], to the terminals of users, and as mail",
                    MAIL_PARAMETERS,
                    MAIL_REPLIES,
                    "RFC 821 section 3.4, RFC 5321 appendix F.6" + MAIL_SOURCES),
            always(
                    "RCPT",
                    "RCPT TO:<forward-path> [parameters]",
                    "Parameters: NOTIFY=NEVER|SUCCESS,FAILURE,DELAY ORCPT=type;xtext",
                    "250, 251; 450, 451, 452, 501, 503, 550, 551, 552, 553, 555, 556, 421",
                    "RFC 5321 section 4.1.1.3, RFC 3461, RFC 6533"),
            always(
                    "DATA",
                    "DATA, then the message, then a line that holds a dot alone",
                    "354, then 250; 451, 452, 501, 503, 550, 552, 554, 421" + FILTERED,
                    "RFC 5321 section 4.1.1.4"),
            verb(
                    "BDAT",
                    Extension.CHUNKING,
                    "BDAT <octets> [LAST], then that many octets of the message",
                    "250; 451, 452, 501, 503, 550, 552, 554, 421" + FILTERED,
                    "RFC 3030 section 2"),
            always("RSET", "RSET, drops the transaction", "250; 501, 421", "RFC 5321 section 4.1.1.5"),
            always("NOOP", "NOOP [ignored]", "250; 421", "RFC 5321 section 4.1.1.9"),
            offered(
                    Extension.VRFY,
                    "VRFY <address or name> [SMTPUTF8]",
                    "250, 251, 252; 501, 504, 550, 551, 553, 421",
                    "RFC 5321 section 4.1.1.6, RFC 6531 section 3.7.4.2"),
            offered(
                    Extension.EXPN,
                    "EXPN <list> [SMTPUTF8]",
                    "250, one line per member, 252; 501, 504, 550, 553, 421",
                    "RFC 5321 section 4.1.1.7, RFC 6531 section 3.7.4.2"),
            offered(
                    Extension.ETRN,
                    "ETRN <domain>, @<domain> with those below it, or #<queue>: begins delivery of what waits",
                    "251, 252, 253; 458, 459, 501, 503, 421",
                    "RFC 1985 section 5"),
            offered(
                    Extension.ATRN,
                    "ATRN [domain,...], client and server change roles",
                    "250; 450, 451, 453, 501, 502, 503, 530, 421",
                    "RFC 2645 section 5.2"),
            offered(
                    Extension.TURN,
                    "TURN, client and server change roles",
                    "250; 450, 451, 501, 502, 503, 421",
                    "RFC 821 section 3.8, RFC 5321 appendix F.1"),
            offered(
                    Extension.HELP,
                    "HELP [command], or HELP STATUS",
                    "211, 214; 500, 504, 421",
                    "RFC 5321 section 4.1.1.8"),
            always("QUIT", "QUIT", "221; 501", "RFC 5321 section 4.1.1.10"));

    private static final Map<String, Reply> BY_VERB =
            TOPICS.stream().collect(Collectors.toUnmodifiableMap(Topic::verb, Topic::text));

    private HelpTexts() {}

    private static Topic always(String verb, String... lines) {
        return new Topic(verb, Optional.empty(), help(Arrays.asList(lines)));
    }

    /** A verb that is the keyword of its extension. */
    private static Topic offered(Extension extension, String... lines) {
        return verb(extension.keyword(), extension, lines);
    }

    private static Topic verb(String verb, Extension needs, String... lines) {
        return new Topic(verb, Optional.of(needs), help(Arrays.asList(lines)));
    }

    /** Every verb there is a text on. */
    static Set<String> verbs() {
        return BY_VERB.keySet();
    }

    /** The verbs that are valid in a session with {@code offer}, and what else HELP knows. */
    static Reply commands(Offer offer) {
        String verbs = TOPICS.stream()
                .filter(topic -> topic.isValidIn(offer))
                .map(Topic::verb)
                .collect(Collectors.joining(" "));
        return help(List.of(
                "Commands:",
                verbs,
                "HELP <command> tells its syntax, its replies and where it is defined",
                "HELP STATUS tells how this server and this session are"));
    }

    /** The text on one command in any letter case, or the refusal of an unknown topic. */
    static Reply of(String topic) {
        return BY_VERB.getOrDefault(topic.toUpperCase(Locale.ROOT), Replies.UNKNOWN_HELP_TOPIC);
    }

    private static Reply help(List<String> lines) {
        return new Reply(214, EnhancedStatus.parse("2.0.0"), lines);
    }
}
