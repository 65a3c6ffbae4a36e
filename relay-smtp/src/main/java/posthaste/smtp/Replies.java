package posthaste.smtp;

import java.util.Optional;

/**
 * What our server says. Every reply but greeting, HELO, EHLO and 354 carries an enhanced status whose class is the
 * first digit of its code (RFC 2034 §4), and every line stays under 512 octets (RFC 5321 §4.5.3.1.5).
 */
public final class Replies {
    public static final Reply OK = Reply.of(250, "2.0.0", "Ok");
    public static final Reply SENDER_OK = Reply.of(250, "2.1.0", "Sender ok");
    public static final Reply RECIPIENT_OK = Reply.of(250, "2.1.5", "Recipient ok");
    /** RFC 5321 §3.5.3: the address looks right and was not looked up. */
    public static final Reply NOT_VERIFIED =
            Reply.of(252, "2.5.0", "Cannot VRFY user, but will accept message and attempt delivery");

    public static final Reply START_MAIL = Reply.plain(354, "End data with <CR><LF>.<CR><LF>");

    public static final Reply SHUTTING_DOWN = Reply.of(421, "4.3.2", "Service shutting down, try again later");
    public static final Reply TIMED_OUT = Reply.of(421, "4.4.2", "Timeout, closing connection");
    public static final Reply TOO_MANY_ERRORS = Reply.of(421, "4.7.0", "Too many errors, closing connection");
    public static final Reply TOO_MANY_CONNECTIONS = Reply.of(421, "4.7.0", "Too many connections, try again later");
    /** RFC 5321 §4.3.1 and the budget of NOOP, RSET, VRFY and HELP without mail between. */
    public static final Reply TOO_MANY_JUNK_COMMANDS =
            Reply.of(421, "4.7.0", "Too many commands without mail, closing connection");
    /** More transactions than {@code messages-per-connection} (RFC 9422 §4.1). */
    public static final Reply TOO_MANY_MESSAGES =
            Reply.of(421, "4.7.0", "Too many messages on one connection, open another");
    /** The first line was HTTP or TLS: the connection ends before what follows could be read as commands. */
    public static final Reply NOT_SMTP = Reply.of(421, "4.7.0", "This server speaks SMTP only, closing connection");

    /** The disk refused: the message was not accepted and nothing of it stays. */
    public static final Reply STORAGE_FAILED = Reply.of(451, "4.3.0", "Message not stored, try again later");
    /** A bug of ours; the connection ends. */
    public static final Reply INTERNAL_ERROR = Reply.of(421, "4.3.0", "Internal error, closing connection");

    public static final Reply INSUFFICIENT_STORAGE = Reply.of(452, "4.3.1", "Insufficient system storage");
    /** RFC 5321 §4.5.3.1.10: 452, so that the client sends the rest in another transaction. */
    public static final Reply TOO_MANY_RECIPIENTS =
            Reply.of(452, "4.5.3", "Too many recipients, send the rest in another transaction");

    public static final Reply UNKNOWN_COMMAND = Reply.of(500, "5.5.1", "Command unrecognized");
    public static final Reply LINE_TOO_LONG = Reply.of(500, "5.5.2", "Line too long");
    public static final Reply BARE_LINE_BREAK =
            Reply.of(500, "5.5.2", "Bare CR or LF in command, lines end with <CR><LF>");
    public static final Reply CONTROL_OCTET = Reply.of(500, "5.5.2", "Control or non-ASCII octet in command");

    public static final Reply DOMAIN_NEEDED = Reply.of(501, "5.5.4", "Domain name or address literal expected");
    public static final Reply NO_ARGUMENT_ALLOWED = Reply.of(501, "5.5.4", "No argument allowed");
    public static final Reply ARGUMENT_NEEDED = Reply.of(501, "5.5.4", "Argument expected");
    public static final Reply BAD_ARGUMENT = Reply.of(501, "5.5.4", "Bad argument syntax");
    public static final Reply MAIL_SYNTAX = Reply.of(501, "5.5.4", "Syntax: MAIL FROM:<address> [parameters]");
    public static final Reply RCPT_SYNTAX = Reply.of(501, "5.5.4", "Syntax: RCPT TO:<address> [parameters]");
    public static final Reply SEND_SYNTAX = Reply.of(501, "5.5.4", "Syntax: SEND FROM:<address> [parameters]");
    public static final Reply SOML_SYNTAX = Reply.of(501, "5.5.4", "Syntax: SOML FROM:<address> [parameters]");
    public static final Reply SAML_SYNTAX = Reply.of(501, "5.5.4", "Syntax: SAML FROM:<address> [parameters]");
    /** The chunk that follows has no known length, so the connection ends. */
    public static final Reply BDAT_SYNTAX =
            Reply.of(501, "5.5.4", "Syntax: BDAT octets [LAST]; closing connection, the end of the chunk is unknown");
    /** Overlong, cut, a surrogate, or a control character (RFC 6531 §3.3). */
    public static final Reply NOT_UTF_8 = Reply.of(501, "5.5.2", "Command is not UTF-8 text");

    public static final Reply BAD_SENDER = Reply.of(501, "5.1.7", "Bad sender address syntax");
    public static final Reply SENDER_TOO_LONG = Reply.of(
            501, "5.1.7", "Sender address too long: at most 64 octets before the @, 255 behind it, 256 in all");
    public static final Reply BAD_RECIPIENT = Reply.of(501, "5.1.3", "Bad recipient address syntax");
    public static final Reply RECIPIENT_TOO_LONG = Reply.of(
            501, "5.1.3", "Recipient address too long: at most 64 octets before the @, 255 behind it, 256 in all");
    public static final Reply BAD_PARAMETER = Reply.of(501, "5.5.4", "Bad or repeated parameter");
    public static final Reply NON_ASCII_SENDER = Reply.of(550, "5.6.7", "Non-ASCII sender address needs SMTPUTF8");
    public static final Reply NON_ASCII_RECIPIENT =
            Reply.of(553, "5.6.7", "Non-ASCII recipient address needs SMTPUTF8");
    public static final Reply NON_ASCII_ARGUMENT = Reply.of(553, "5.6.7", "Non-ASCII argument needs SMTPUTF8");
    public static final Reply DOMAIN_MISSING = Reply.of(553, "5.1.3", "Recipient address without a domain");
    public static final Reply UNKNOWN_PARAMETER = Reply.of(555, "5.5.4", "Unknown parameter");

    public static final Reply NOT_IMPLEMENTED = Reply.of(502, "5.5.1", "Command not implemented");

    public static final Reply HELLO_FIRST = Reply.of(503, "5.5.1", "Send HELO or EHLO first");
    public static final Reply NESTED_MAIL = Reply.of(503, "5.5.1", "Sender already given");
    public static final Reply MAIL_FIRST = Reply.of(503, "5.5.1", "Need MAIL command first");
    public static final Reply RCPT_FIRST = Reply.of(503, "5.5.1", "Need RCPT command first");
    public static final Reply BAD_SEQUENCE = Reply.of(503, "5.5.1", "Bad sequence of commands");

    public static final Reply UNKNOWN_ARGUMENT = Reply.of(504, "5.5.4", "Command parameter not implemented");
    public static final Reply UNKNOWN_HELP_TOPIC = Reply.of(504, "5.5.4", "No help on that, HELP lists the topics");

    public static final Reply RELAYING_DENIED = Reply.of(550, "5.7.1", "Relaying denied");
    public static final Reply UNKNOWN_RECIPIENT = Reply.of(550, "5.1.1", "No such user here");
    public static final Reply MESSAGE_TOO_LARGE = Reply.of(552, "5.3.4", "Message exceeds the maximum size");
    public static final Reply ACCESS_DENIED = Reply.of(554, "5.7.1", "Access denied");
    public static final Reply NO_VALID_RECIPIENTS = Reply.of(554, "5.5.1", "No valid recipients");
    public static final Reply TOO_MANY_HOPS = Reply.of(554, "5.4.6", "Too many hops, mail loop suspected");
    public static final Reply BARE_LINE_BREAK_IN_MESSAGE =
            Reply.of(554, "5.6.0", "Message holds a bare CR or LF, lines must end with <CR><LF>");
    public static final Reply NUL_IN_MESSAGE = Reply.of(554, "5.6.0", "Message holds a NUL octet");

    private Replies() {}

    /** {@code 250 2.0.0 <id> queued}: the relay is responsible for the message from here on (RFC 5321 §6.1). */
    public static Reply queued(String id) {
        return Reply.of(250, "2.0.0", id + " queued");
    }

    /** {@code 220}, sent on connect; the first word is our name (RFC 5321 §4.2). */
    public static Reply greeting(String hostname) {
        return Reply.plain(220, hostname + " ESMTP");
    }

    /** {@code 221}: the answer to QUIT. */
    public static Reply closing(String hostname) {
        return Reply.of(221, "2.0.0", hostname + " closing connection");
    }

    /** {@code 501} to a verb that begins a transaction and has no {@code FROM:} behind it. */
    static Reply syntaxOf(MailVerb verb) {
        return switch (verb) {
            case MAIL -> MAIL_SYNTAX;
            case SEND -> SEND_SYNTAX;
            case SOML -> SOML_SYNTAX;
            case SAML -> SAML_SYNTAX;
        };
    }

    /** {@code 502 5.5.1} to a verb that SMTP knows and this relay does not offer. */
    public static Reply notImplemented(String verb) {
        return Reply.of(502, "5.5.1", verb + " not implemented");
    }

    /** The answer to HELP: the verbs, or one verb's syntax, replies and source; 504 where the topic is unknown. */
    public static Reply help(Optional<String> topic) {
        return topic.map(HelpTexts::of).orElse(HelpTexts.COMMANDS);
    }
}
