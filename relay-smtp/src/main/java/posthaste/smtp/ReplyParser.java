package posthaste.smtp;

import java.util.Optional;

/**
 * Reads a server's replies out of octets as they arrive (RFC 5321 §4.2). Tolerates what servers do (LF alone, a bare
 * code, text that is not ASCII) and bounds what they may send. One instance belongs to one connection and one thread.
 */
public final class ReplyParser {

    /** What a server said. */
    public sealed interface Result {
        <R> R accept(Handler<R> handler);
    }

    /** A reply, complete; its text holds no control octets. */
    public record Complete(Reply reply) implements Result {
        @Override
        public <R> R accept(Handler<R> handler) {
            return handler.reply(reply);
        }
    }

    /**
     * Something that is no reply: close the connection and treat it as the host's temporary failure (4.5.0). The parser
     * reads nothing behind it.
     *
     * @param safeText what was wrong, printable, for logs and reports
     */
    public record ProtocolError(String safeText) implements Result {
        @Override
        public <R> R accept(Handler<R> handler) {
            return handler.protocolError(safeText);
        }
    }

    /** One method per result. */
    public interface Handler<R> {
        R reply(Reply reply);

        R protocolError(String safeText);
    }

    /**
     * Consumes octets of {@code in[from, to)} up to the end of one reply; {@link #position()} tells how far. Empty when
     * the input ends first.
     */
    public Optional<Result> next(byte[] in, int from, int to) {
        return Optional.empty();
    }

    /** Index in the last input of the first octet that is not consumed. */
    public int position() {
        return 0;
    }

    /** Whether octets of an unfinished reply are held: a connection that ends now ended in the middle of a reply. */
    public boolean isInsideReply() {
        return false;
    }
}
