package posthaste.smtp;

import java.util.List;
import java.util.Locale;
import java.util.Map;

/** What HELP says (RFC 821 §4.1.1, reply 214): syntax, replies and source of each command that is valid now. */
final class HelpTexts {
    static final Reply COMMANDS = help(
            "Commands:",
            "HELO EHLO MAIL RCPT DATA RSET NOOP VRFY HELP QUIT",
            "HELP <command> tells its syntax, its replies and where it is defined");

    private static final Map<String, Reply> TOPICS = Map.ofEntries(
            Map.entry("HELO", help("HELO <domain or address literal>", "250; 501, 421", "RFC 5321 section 4.1.1.1")),
            Map.entry(
                    "EHLO",
                    help(
                            "EHLO <domain or address literal>",
                            "250, one line per extension; 501, 421",
                            "RFC 5321 section 4.1.1.1")),
            Map.entry(
                    "MAIL",
                    help(
                            "MAIL FROM:<reverse-path> [SIZE=octets] [BODY=7BIT|8BITMIME]",
                            "250; 451, 452, 501, 503, 550, 552, 555, 421",
                            "RFC 5321 section 4.1.1.2, RFC 1870, RFC 6152")),
            Map.entry(
                    "RCPT",
                    help(
                            "RCPT TO:<forward-path>",
                            "250; 450, 451, 452, 501, 503, 550, 553, 555, 421",
                            "RFC 5321 section 4.1.1.3")),
            Map.entry(
                    "DATA",
                    help(
                            "DATA, then the message, then a line that holds a dot alone",
                            "354, then 250; 451, 452, 501, 503, 552, 554, 421",
                            "RFC 5321 section 4.1.1.4")),
            Map.entry("RSET", help("RSET, drops the transaction", "250; 501, 421", "RFC 5321 section 4.1.1.5")),
            Map.entry(
                    "VRFY", help("VRFY <address or name>", "250, 252; 501, 504, 550, 421", "RFC 5321 section 4.1.1.6")),
            Map.entry("HELP", help("HELP [command]", "214; 504, 421", "RFC 5321 section 4.1.1.8")),
            Map.entry("NOOP", help("NOOP [ignored]", "250; 421", "RFC 5321 section 4.1.1.9")),
            Map.entry("QUIT", help("QUIT", "221; 501", "RFC 5321 section 4.1.1.10")));

    private HelpTexts() {}

    /** The text on one command in any letter case, or the refusal of an unknown topic. */
    static Reply of(String topic) {
        return TOPICS.getOrDefault(topic.toUpperCase(Locale.ROOT), Replies.UNKNOWN_HELP_TOPIC);
    }

    private static Reply help(String... lines) {
        return new Reply(214, EnhancedStatus.parse("2.0.0"), List.of(lines));
    }
}
