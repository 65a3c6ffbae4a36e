package posthaste.smtp;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What our server says. Every reply but the greetings 220 and 554, those to HELO and EHLO, 334 and 354 carries an enhanced
 * status whose class is the first digit of its code (RFC 2034 §4), and every line stays under 512 octets
 * (RFC 5321 §4.5.3.1.5).
 */
public final class Replies {
    /** Characters of what a client named, as far as a reply repeats it. */
    private static final int NAMED_CHARS_MAX = 80;
    /** Characters of a line of status: 512 octets hold them in UTF-8 too. */
    private static final int STATUS_CHARS_MAX = 120;

    /** RFC 3207 §4: TLS begins behind it. */
    public static final Reply START_TLS = Reply.of(220, "2.0.0", "Ready to start TLS");

    public static final Reply AUTHENTICATED = Reply.of(235, "2.7.0", "Authentication succeeded");

    public static final Reply OK = Reply.of(250, "2.0.0", "Ok");
    public static final Reply SENDER_OK = Reply.of(250, "2.1.0", "Sender ok");
    public static final Reply RECIPIENT_OK = Reply.of(250, "2.1.5", "Recipient ok");
    /** RFC 5321 §3.5.3: the address looks right and was not looked up. */
    public static final Reply NOT_VERIFIED =
            Reply.of(252, "2.5.0", "Cannot VRFY user, but will accept message and attempt delivery");

    /** RFC 5321 §3.5.2, §7.3: EXPN is for those who may see the list. */
    public static final Reply NOT_EXPANDED = Reply.of(252, "2.5.0", "Cannot EXPN list, but will accept message");

    public static final Reply START_MAIL = Reply.plain(354, "End data with <CR><LF>.<CR><LF>");

    public static final Reply SHUTTING_DOWN = Reply.of(421, "4.3.2", "Service shutting down, try again later");
    /** Less than {@code data-rate-min} over a whole message. */
    public static final Reply TOO_SLOW = Reply.of(421, "4.4.2", "Message comes too slowly, closing connection");

    public static final Reply TIMED_OUT = Reply.of(421, "4.4.2", "Timeout, closing connection");
    public static final Reply TOO_MANY_ERRORS = Reply.of(421, "4.7.0", "Too many errors, closing connection");
    /** Connections of one client within a minute. */
    public static final Reply TOO_MANY_CONNECTIONS_AT_ONCE =
            Reply.of(421, "4.7.0", "Too many connections within a minute, try again later");
    /** Memory is short: who is connected goes on. */
    public static final Reply SHORT_OF_MEMORY = Reply.of(421, "4.3.1", "Server is short of memory, try again later");

    public static final Reply TOO_MANY_CONNECTIONS = Reply.of(421, "4.7.0", "Too many connections, try again later");
    /** RFC 5321 §4.3.1 and the budget of NOOP, RSET, VRFY and HELP without mail between. */
    public static final Reply TOO_MANY_JUNK_COMMANDS =
            Reply.of(421, "4.7.0", "Too many commands without mail, closing connection");
    /** More transactions than {@code messages-per-connection} (RFC 9422 §4.1). */
    public static final Reply TOO_MANY_MESSAGES =
            Reply.of(421, "4.7.0", "Too many messages on one connection, open another");
    /** The first line was HTTP or TLS: the connection ends before what follows could be read as commands. */
    public static final Reply NOT_SMTP = Reply.of(421, "4.7.0", "This server speaks SMTP only, closing connection");

    /** SEND to a user who takes no messages at a terminal now (RFC 821 §3.4, reply 450). */
    public static final Reply NOT_ACTIVE = Reply.of(450, "4.2.1", "User is not active at a terminal");

    /** The terminal went between RCPT and the end of the message; SEND is not queued. */
    public static final Reply TERMINAL_LEFT =
            Reply.of(451, "4.2.1", "User is no longer active at a terminal, message dropped");
    /** The DNS gave no answer on a domain that is asked for at once. */
    public static final Reply DOMAIN_UNVERIFIED = Reply.of(451, "4.4.3", "Domain not found for now, try again later");
    /** A content filter says that a later try may succeed. */
    public static final Reply CONTENT_DEFERRED =
            Reply.of(451, "4.7.1", "Message put off by a content filter, try again later");
    /** No content filter could be asked. */
    public static final Reply CONTENT_UNCHECKED =
            Reply.of(451, "4.7.1", "Message could not be checked, try again later");
    /** The disk refused: the message was not accepted and nothing of it stays. */
    public static final Reply STORAGE_FAILED = Reply.of(451, "4.3.0", "Message not stored, try again later");
    /** Too many handshakes at once (RFC 3207 §4). */
    public static final Reply TLS_BUSY = Reply.of(454, "4.7.0", "TLS not available now, try again later");
    /** RFC 4954 §6: the users cannot be read, or too many passwords are being checked. */
    public static final Reply AUTH_UNAVAILABLE =
            Reply.of(454, "4.7.0", "Authentication not available now, try again later");
    /** Guessing at passwords. */
    public static final Reply TOO_MANY_GUESSES =
            Reply.of(421, "4.7.0", "Too many failed authentications, closing connection");
    /** A bug of ours; the connection ends. */
    public static final Reply INTERNAL_ERROR = Reply.of(421, "4.3.0", "Internal error, closing connection");

    /** Messages of one client within a minute. */
    public static final Reply TOO_MANY_MESSAGES_AT_ONCE =
            Reply.of(450, "4.7.1", "Too many messages within a minute, try again later");

    public static final Reply NO_MEMORY_FOR_MESSAGE =
            Reply.of(452, "4.3.1", "Server is short of memory, try again later");

    public static final Reply INSUFFICIENT_STORAGE = Reply.of(452, "4.3.1", "Insufficient system storage");
    /** RFC 5321 §4.5.3.1.10: 452, so that the client sends the rest in another transaction. */
    public static final Reply TOO_MANY_RECIPIENTS =
            Reply.of(452, "4.5.3", "Too many recipients, send the rest in another transaction");

    /** MAIL of a user who has sent all that an hour allows. */
    public static final Reply TOO_MANY_MESSAGES_OF_USER =
            Reply.of(450, "4.7.1", "This user has sent too many messages, try again later");
    /** RCPT of the same. Not 4.5.3, which asks for another transaction at once. */
    public static final Reply TOO_MANY_RECIPIENTS_OF_USER =
            Reply.of(452, "4.7.1", "This user has written to too many recipients today, try again later");

    /** ETRN of a client that may not ask (RFC 1985 §5.4). */
    public static final Reply ETRN_NOT_ALLOWED = Reply.of(459, "4.7.1", "Node not allowed: ETRN is for known clients");
    /** ETRN for one node again and again. */
    public static final Reply ETRN_TOO_OFTEN = Reply.of(458, "4.7.0", "Asked too often for this node, wait a while");

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

    /** RFC 4954 §4: what the client sent in AUTH. */
    public static final Reply NOT_BASE64 = Reply.of(501, "5.5.2", "Response is not base64");

    public static final Reply BAD_SASL = Reply.of(501, "5.5.2", "Response does not fit the mechanism");
    /** The client answered a challenge by an asterisk. */
    public static final Reply AUTH_CANCELLED = Reply.of(501, "5.7.0", "Authentication cancelled");

    public static final Reply AUTH_LINE_TOO_LONG = Reply.of(500, "5.5.6", "Authentication exchange line is too long");

    /** 250 to TURN and ATRN: the next thing on the connection is the greeting of the client (RFC 821 §3.8). */
    public static final Reply TURNED = Reply.of(250, "2.0.0", "Ok, now reversing the connection");

    /** Another session has some of the mail, or the relay is stopping. */
    public static final Reply TURN_BUSY = Reply.of(450, "4.2.0", "Mail is being fetched already, try again later");
    /** RFC 2645 §5.2.1: all or nothing. */
    public static final Reply ATRN_REFUSED = Reply.of(450, "4.7.1", "ATRN request refused: not your domains");

    public static final Reply TURN_UNABLE = Reply.of(451, "4.3.0", "Unable to look for mail now, try again later");
    public static final Reply NO_MAIL = Reply.of(453, "4.2.0", "You have no mail");
    /** Nobody has said that this user may. */
    public static final Reply TURN_NOT_GRANTED = Reply.of(502, "5.7.1", "TURN is not granted to you");

    /** TURN without TLS and authentication: RFC 821's own refusal (§3.8). */
    public static final Reply TURN_UNSAFE = Reply.of(502, "5.7.0", "TURN needs TLS and authentication");

    public static final Reply HELLO_FIRST = Reply.of(503, "5.5.1", "Send HELO or EHLO first");
    /** RFC 3207 §4.2. */
    public static final Reply TLS_ALREADY = Reply.of(503, "5.5.1", "TLS is already active");
    /** What is sent in the clear behind STARTTLS, or before its answer, may come from anybody (RFC 3207 §6). */
    public static final Reply PIPELINED_BEHIND_STARTTLS =
            Reply.of(503, "5.5.1", "STARTTLS must be the last command before its answer, closing connection");
    /** RFC 4954 §4. */
    public static final Reply AUTHENTICATED_ALREADY = Reply.of(503, "5.5.1", "Already authenticated");

    public static final Reply NESTED_MAIL = Reply.of(503, "5.5.1", "Sender already given");
    public static final Reply MAIL_FIRST = Reply.of(503, "5.5.1", "Need MAIL command first");
    public static final Reply RCPT_FIRST = Reply.of(503, "5.5.1", "Need RCPT command first");
    public static final Reply BAD_SEQUENCE = Reply.of(503, "5.5.1", "Bad sequence of commands");
    public static final Reply NOT_IN_TRANSACTION =
            Reply.of(503, "5.5.1", "Not allowed within a transaction, RSET ends it");
    /** XCLIENT changes the client, TURN and ATRN change roles: what was sent behind them before the answer belongs to nobody (RFC 2920 §3.1). */
    public static final Reply PIPELINED_BEHIND_TURN =
            Reply.of(503, "5.5.1", "Nothing may be sent before the answer, closing connection");
    /** RFC 3030 §2: one message comes by DATA or by BDAT. */
    public static final Reply DATA_AFTER_BDAT =
            Reply.of(503, "5.5.1", "DATA not allowed after BDAT, go on with BDAT or RSET");
    /** RFC 3030 §3. */
    public static final Reply BINARY_NEEDS_BDAT = Reply.of(503, "5.5.1", "BODY=BINARYMIME needs BDAT");
    /** After a 554 greeting (RFC 5321 §3.1). */
    public static final Reply ONLY_QUIT = Reply.of(503, "5.5.1", "Access was denied, only QUIT is taken");

    public static final Reply UNKNOWN_ARGUMENT = Reply.of(504, "5.5.4", "Command parameter not implemented");
    public static final Reply UNKNOWN_HELP_TOPIC = Reply.of(504, "5.5.4", "No help on that, HELP lists the topics");

    public static final Reply UNKNOWN_MECHANISM =
            Reply.of(504, "5.5.4", "Authentication mechanism not available, EHLO lists those that are");

    /** RFC 3207 §4: a listener that wants TLS first. */
    public static final Reply TLS_FIRST = Reply.of(530, "5.7.0", "Send STARTTLS first");

    /** RFC 4954 §6. */
    public static final Reply AUTHENTICATION_NEEDED = Reply.of(530, "5.7.0", "Authentication required");

    public static final Reply BAD_CREDENTIALS = Reply.of(535, "5.7.8", "Authentication credentials invalid");
    /** RFC 4954 §4: no password in the clear. */
    public static final Reply ENCRYPTION_NEEDED =
            Reply.of(538, "5.7.11", "Encryption required for authentication, send STARTTLS first");

    public static final Reply RELAYING_DENIED = Reply.of(550, "5.7.1", "Relaying denied");
    /** XCLIENT or XFORWARD of a client that the operator has not listed. */
    public static final Reply FORWARDING_NOT_ALLOWED =
            Reply.of(550, "5.7.1", "XCLIENT and XFORWARD are for listed proxies");

    /** RFC 6409 §6.1: the user may not send in that name. */
    public static final Reply NOT_YOUR_SENDER = Reply.of(553, "5.7.1", "Sender address is not one of yours");

    /** A content filter does not want it, and gave no reply of its own. */
    public static final Reply CONTENT_REFUSED = Reply.of(550, "5.7.1", "Message refused by a content filter");

    public static final Reply UNKNOWN_RECIPIENT = Reply.of(550, "5.1.1", "No such user here");
    public static final Reply UNKNOWN_DOMAIN = Reply.of(550, "5.1.2", "Domain does not exist");
    public static final Reply MESSAGE_TOO_LARGE = Reply.of(552, "5.3.4", "Message exceeds the maximum size");
    public static final Reply HEADER_TOO_LARGE = Reply.of(552, "5.3.4", "Message header exceeds the maximum size");
    /** SEND: what a terminal shows is bounded. */
    public static final Reply TOO_LARGE_FOR_TERMINAL =
            Reply.of(552, "5.3.4", "Message is too large for a terminal, MAIL takes larger ones");
    /** No client means a chunk of this size; the connection ends rather than read it. */
    public static final Reply CHUNK_TOO_LARGE = Reply.of(552, "5.3.4", "Chunk exceeds every size, closing connection");

    public static final Reply NO_VALID_RECIPIENTS = Reply.of(554, "5.5.1", "No valid recipients");
    public static final Reply TOO_MANY_HOPS = Reply.of(554, "5.4.6", "Too many hops, mail loop suspected");
    public static final Reply BARE_LINE_BREAK_IN_MESSAGE =
            Reply.of(554, "5.6.0", "Message holds a bare CR or LF, lines must end with <CR><LF>");
    public static final Reply NUL_IN_MESSAGE = Reply.of(554, "5.6.0", "Message holds a NUL octet");
    /** The domain of a recipient says that it takes no mail (RFC 7505 §4). */
    public static final Reply NULL_MX = Reply.of(556, "5.1.10", "Domain does not accept mail");

    /** RFC 4865 §4.1. */
    public static final Reply RELEASE_IN_THE_PAST = Reply.of(501, "5.5.4", "HOLDUNTIL is in the past");

    /** BY with R beside HOLDFOR or HOLDUNTIL: no host could ever be asked in time. */
    public static final Reply RETURNED_BEFORE_RELEASE =
            Reply.of(501, "5.5.4", "BY returns the message before its release");

    private Replies() {}

    /** {@code 334} and a challenge in base64, with a blank before it even where it is empty (RFC 4954 §4). */
    public static Reply challenge(String base64) {
        return Reply.plain(334, base64);
    }

    /** {@code 250 2.0.0 <id> queued}: the relay is responsible for the message from here on (RFC 5321 §6.1). */
    public static Reply queued(String id) {
        return Reply.of(250, "2.0.0", id + " queued");
    }

    /** The same for a message that a content filter wants an operator to look at: nothing of it goes out before that. */
    public static Reply queuedAndHeld(String id) {
        return Reply.of(250, "2.0.0", id + " queued, and held for the operator");
    }

    /** {@code 250 2.0.0 <n> octets received}: a chunk that is not the last (RFC 3030 §4.2). */
    public static Reply chunkReceived(long octets) {
        return Reply.of(250, "2.0.0", octets + " octets received");
    }

    /** {@code 250 2.0.0}: the message was written to {@code terminals} terminals, nothing is queued (RFC 821 §3.4). */
    public static Reply shown(int terminals) {
        return Reply.of(250, "2.0.0", "Shown at " + terminals + (terminals == 1 ? " terminal" : " terminals"));
    }

    /** {@code 251} to ETRN. */
    public static Reply noMessagesWaiting(String node) {
        return Reply.of(251, "2.0.0", "OK, no messages waiting for node " + named(node));
    }

    /** {@code 252} to ETRN: messages wait, how many is not known. */
    public static Reply pendingStarted(String node) {
        return Reply.of(252, "2.0.0", "OK, pending messages for node " + named(node) + " started");
    }

    /** {@code 253} to ETRN. */
    public static Reply pendingStarted(long messages, String node) {
        return Reply.of(253, "2.0.0", "OK, " + messages + " pending messages for node " + named(node) + " started");
    }

    /** {@code 458} to ETRN. */
    public static Reply unableToQueue(String node) {
        return Reply.of(458, "4.3.0", "Unable to queue messages for node " + named(node));
    }

    /** What a client named, as one that shows it to others must write it. */
    private static String named(String text) {
        return SafeText.of(text, NAMED_CHARS_MAX);
    }

    /** {@code 550 5.4.7}: BY with R asks for less than the least that EHLO named (RFC 2852 §4.1). */
    public static Reply deliverByTooShort(Duration least) {
        return Reply.of(550, "5.4.7", "Cannot promise delivery within less than " + least.toSeconds() + " seconds");
    }

    /** {@code 501 5.5.4}: HOLDFOR or HOLDUNTIL over what EHLO named (RFC 4865 §4.1). */
    public static Reply holdTooLong(Duration longest) {
        return Reply.of(501, "5.5.4", "A message is held for " + longest.toSeconds() + " seconds at most");
    }

    /** {@code 211}, the answer to HELP STATUS (RFC 821 §4.2): {@code lines} between a first and a last one. */
    public static Reply status(String hostname, List<String> lines) {
        List<String> all = new ArrayList<>();
        all.add(hostname + " status");
        for (String line : lines) all.add(SafeText.of(line, STATUS_CHARS_MAX));
        all.add("End of status");
        return new Reply(211, EnhancedStatus.parse("2.0.0"), all);
    }

    /** {@code 554}, the greeting of a client on the access list: it may QUIT and nothing else (RFC 5321 §3.1). */
    public static Reply accessDenied(String hostname) {
        return Reply.plain(554, hostname + " access denied");
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

    /**
     * The answer to HELP: the verbs of {@code offer}, or one verb's syntax, parameters, replies and source; 504 where the
     * topic is unknown. What HELP STATUS says only the session knows: see {@link #status}.
     */
    public static Reply help(Optional<String> topic, Offer offer) {
        return topic.map(HelpTexts::of).orElseGet(() -> HelpTexts.commands(offer));
    }
}
