package posthaste.server.smtp;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import posthaste.smtp.Extensions;
import posthaste.smtp.Replies;
import posthaste.smtp.Reply;

/**
 * What a listener says of itself, made once.
 *
 * @param greeting 220 on connect (RFC 5321 §3.1)
 * @param helo 250 to HELO, one line
 * @param ehlo 250 to EHLO, one line per extension (§4.1.1.1)
 * @param closing 221 to QUIT
 */
record Greetings(Reply greeting, Reply helo, Reply ehlo, Reply closing) {

    static Greetings of(String hostname, LimitsConfig limits) {
        List<String> lines = new ArrayList<>();
        lines.add(hostname + " greets you");
        lines.addAll(Extensions.ours(limits.messageSize()));
        return new Greetings(
                Replies.greeting(hostname),
                Reply.plain(250, hostname),
                new Reply(250, Optional.empty(), lines),
                Replies.closing(hostname));
    }
}
