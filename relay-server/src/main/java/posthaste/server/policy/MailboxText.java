package posthaste.server.policy;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.Optional;
import posthaste.smtp.Command;
import posthaste.smtp.CommandParser;
import posthaste.smtp.Mailbox;

/** Mailboxes written outside of an SMTP path: in the configuration, as the argument of VRFY, in a URL. */
public final class MailboxText {
    private MailboxText() {}

    /** {@code local-part@domain}; empty for anything else. The grammar is that of SMTP itself, so its parser reads it. */
    public static Optional<Mailbox> parse(String text) {
        byte[] line = ("RCPT TO:<" + text + ">").getBytes(UTF_8);
        Command command = new CommandParser().parse(line, 0, line.length);
        // What reads otherwise than it was written held more than a mailbox: a source route, a parameter.
        return command instanceof Command.Rcpt rcpt
                ? rcpt.forwardPath().mailbox().filter(read -> read.toString().equals(text))
                : Optional.empty();
    }
}
