package posthaste.server.smtp;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import posthaste.smtp.Extension;
import posthaste.smtp.Extensions;
import posthaste.smtp.Offer;
import posthaste.smtp.Replies;
import posthaste.smtp.Reply;

/**
 * What a listener says of itself, made once.
 *
 * @param greeting 220 on connect (RFC 5321 §3.1)
 * @param helo 250 to HELO, one line
 * @param ehlo 250 to EHLO, one line per extension (§4.1.1.1)
 * @param closing 221 to QUIT
 * @param offer what EHLO says and HELP lists
 */
record Greetings(Reply greeting, Reply helo, Reply ehlo, Reply closing, Offer offer) {
    /** What the session serves so far; SIZE and the number of recipients are the configuration's. */
    private static final Set<Extension> SERVED = Set.of(
            Extension.SIZE,
            Extension.EIGHT_BIT_MIME,
            Extension.PIPELINING,
            Extension.ENHANCED_STATUS_CODES,
            Extension.VRFY,
            Extension.HELP);

    private static final Duration DELIVER_BY_MIN = Duration.ofMinutes(1);

    static Greetings of(String hostname, LimitsConfig limits) {
        List<String> lines = new ArrayList<>();
        lines.add(hostname + " greets you");
        Offer offer = new Offer(
                SERVED,
                limits.messageSize(),
                DELIVER_BY_MIN,
                Optional.empty(),
                limits.recipients(),
                OptionalInt.empty());
        lines.addAll(Extensions.ours(offer));
        return new Greetings(
                Replies.greeting(hostname),
                Reply.plain(250, hostname),
                new Reply(250, Optional.empty(), lines),
                Replies.closing(hostname),
                offer);
    }
}
