package posthaste.server.smtp;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.util.Base64;
import java.util.Optional;
import posthaste.smtp.LineFramer;
import posthaste.smtp.Replies;
import posthaste.smtp.Reply;

/** Reads what a client answers to the challenges of AUTH, a line each (RFC 4954 §4). Owned by its session. */
final class SaslLines implements Input {
    /** RFC 4954 §4: of base64, without the CRLF. */
    static final int LINE_MAX = 12_288;

    /** Octets of a command line with an initial response. */
    static final int COMMAND_MAX = "AUTH ".length() + 20 + 1 + LINE_MAX + 2;

    private static final String CANCEL = "*";
    /** A response of no octets, where one must be written (RFC 4954 §4). */
    private static final String NOTHING = "=";

    /** Who is told. */
    interface Listener {
        /** The client has answered. */
        void response(byte[] octets);

        /** It has answered something else, and the exchange is over. */
        void noResponse(Reply reply);
    }

    private final LineFramer framer = new LineFramer(LINE_MAX + 2);
    private final Listener listener;

    SaslLines(Listener listener) {
        this.listener = listener;
    }

    /** What stands there in base64, strictly; empty where it is none (RFC 4648 §3.3). */
    static Optional<byte[]> decoded(String text) {
        if (text.equals(NOTHING)) return Optional.of(new byte[0]);
        if (text.length() % 4 != 0) return Optional.empty();
        try {
            return Optional.of(Base64.getDecoder().decode(text));
        } catch (IllegalArgumentException foreign) {
            return Optional.empty();
        }
    }

    @Override
    public int read(byte[] in, int from, int to) {
        LineFramer.Result result = framer.next(in, from, to);
        switch (result) {
            case INCOMPLETE -> {}
            case LINE -> line(new String(framer.line(), framer.offset(), framer.length(), ISO_8859_1));
            case BAD -> listener.noResponse(Replies.BARE_LINE_BREAK);
            case TOO_LONG -> listener.noResponse(Replies.AUTH_LINE_TOO_LONG);
        }
        return framer.position();
    }

    private void line(String text) {
        if (text.equals(CANCEL)) {
            listener.noResponse(Replies.AUTH_CANCELLED);
        } else {
            decoded(text).ifPresentOrElse(listener::response, () -> listener.noResponse(Replies.NOT_BASE64));
        }
    }
}
