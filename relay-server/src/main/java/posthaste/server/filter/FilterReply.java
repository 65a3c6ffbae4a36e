package posthaste.server.filter;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import posthaste.smtp.EnhancedStatus;
import posthaste.smtp.Replies;
import posthaste.smtp.Reply;
import posthaste.smtp.ReplyParser;

/**
 * The reply that a filter wants the client to read. Whatever it holds, what comes of it is a refusal that a client can
 * read: 4yz or 5yz with an enhanced status of that class, in printable ASCII, bounded.
 */
final class FilterReply {
    /** Lines of it that are passed on. */
    static final int LINES_MAX = 16;
    /** Characters of a line that are passed on: with code and status it stays under 512 octets. */
    static final int LINE_CHARS_MAX = 400;

    private static final int FIRST_REFUSAL = 400;
    private static final int LAST_SENSIBLE = 559;
    /** It would mean that the connection ends, which is ours to say. */
    private static final int CLOSING = 421;

    private FilterReply() {}

    /** Of {@code octets[from, to)}; our own where it is not well formed; empty where it does not even tell 4 from 5. */
    static Optional<Reply> of(byte[] octets, int from, int to) {
        if (from == to || (octets[from] != '4' && octets[from] != '5')) return Optional.empty();
        Reply ours = octets[from] == '4' ? Replies.CONTENT_DEFERRED : Replies.CONTENT_REFUSED;
        return Optional.of(
                parsed(unescaped(octets, from, to)).map(FilterReply::clean).orElse(ours));
    }

    /** The text was a format once, so a filter writes each percent sign twice. */
    private static byte[] unescaped(byte[] octets, int from, int to) {
        var out = new ByteArrayOutputStream(to - from + 2);
        for (int i = from; i < to; i++) {
            out.write(octets[i]);
            if (octets[i] == '%' && i + 1 < to && octets[i + 1] == '%') i++;
        }
        out.writeBytes("\r\n".getBytes(US_ASCII));
        return out.toByteArray();
    }

    private static Optional<Reply> parsed(byte[] line) {
        return new ReplyParser().next(line, 0, line.length).flatMap(result -> result.accept(new Replied()));
    }

    private static final class Replied implements ReplyParser.Handler<Optional<Reply>> {
        @Override
        public Optional<Reply> reply(Reply reply) {
            int code = reply.code();
            boolean sensible = code >= FIRST_REFUSAL && code <= LAST_SENSIBLE && code / 10 % 10 < 6 && code != CLOSING;
            return sensible ? Optional.of(reply) : Optional.empty();
        }

        @Override
        public Optional<Reply> protocolError(String safeText) {
            return Optional.empty();
        }
    }

    private static Reply clean(Reply reply) {
        int statusClass = reply.code() / 100;
        EnhancedStatus status = reply.status()
                .filter(given -> given.statusClass() == statusClass)
                .orElse(new EnhancedStatus(statusClass, 7, 1));
        List<String> lines = new ArrayList<>();
        for (String line : reply.lines()) if (lines.size() < LINES_MAX) lines.add(ascii(line));
        return new Reply(reply.code(), Optional.of(status), lines);
    }

    /** Not every client reads UTF-8. */
    private static String ascii(String line) {
        StringBuilder text = new StringBuilder(line.substring(0, Math.min(line.length(), LINE_CHARS_MAX)));
        for (int i = 0; i < text.length(); i++) if (text.charAt(i) > '~') text.setCharAt(i, '?');
        return text.toString();
    }
}
