package posthaste.server.smtp;

import java.util.function.Consumer;
import posthaste.smtp.Command;
import posthaste.smtp.CommandParser;
import posthaste.smtp.LineFramer;
import posthaste.smtp.Replies;

/** Reads one command line at a time. Owned by its session. */
final class CommandLines implements Input {
    /** A TLS record begins with it (RFC 8446 §5.1, handshake), and no command does. */
    private static final byte TLS_HANDSHAKE = 0x16;

    private static final Command FOREIGN = new Command.Foreign();
    private static final Command BARE_LINE_BREAK = new Command.Malformed(Replies.BARE_LINE_BREAK);
    private static final Command TOO_LONG = new Command.Malformed(Replies.LINE_TOO_LONG);

    private static final byte[] BDAT = {'B', 'D', 'A', 'T'};
    private static final Command CHUNK_BEHIND_BAD_LINE = new Command.LostBdat(Replies.BARE_LINE_BREAK);
    private static final Command CHUNK_BEHIND_LONG_LINE = new Command.LostBdat(Replies.LINE_TOO_LONG);

    private final LineFramer framer;
    /** How the line begins, where it is not read as a whole: a verb and a blank. */
    private final byte[] verb = new byte[BDAT.length + 1];

    private int verbOctets;
    private final CommandParser parser;
    private final Consumer<Command> session;
    private boolean begun;
    private boolean more;

    /**
     * @param parser shared by the sessions of an event loop: it keeps nothing between two lines
     * @param lineMax octets of the longest line, with its CRLF
     */
    CommandLines(CommandParser parser, int lineMax, Consumer<Command> session) {
        framer = new LineFramer(lineMax);
        this.parser = parser;
        this.session = session;
    }

    @Override
    public int read(byte[] in, int from, int to) {
        if (!begun) {
            begun = true;
            if (in[from] == TLS_HANDSHAKE) {
                session.accept(FOREIGN); // no line end would come for long
                return to;
            }
        }
        boolean goesOn = framer.isInsideLine();
        LineFramer.Result result = framer.next(in, from, to);
        int at = framer.position();
        if (result != LineFramer.Result.LINE) remember(goesOn, in, from, at);
        more = at < to;
        switch (result) {
            case INCOMPLETE -> {}
            case LINE -> session.accept(parser.parse(framer.line(), framer.offset(), framer.length()));
            case BAD -> session.accept(isChunk() ? CHUNK_BEHIND_BAD_LINE : BARE_LINE_BREAK);
            case TOO_LONG -> session.accept(isChunk() ? CHUNK_BEHIND_LONG_LINE : TOO_LONG);
        }
        return at;
    }

    /** The first octets of a line that is not read as a whole. */
    private void remember(boolean goesOn, byte[] in, int from, int to) {
        if (!goesOn) verbOctets = 0;
        for (int i = from; i < to && verbOctets < verb.length; i++) verb[verbOctets++] = in[i];
    }

    /** A chunk follows a BDAT however its line is: it must not be read as commands (RFC 3030 §2). */
    private boolean isChunk() {
        if (verbOctets < verb.length) return false;
        for (int i = 0; i < BDAT.length; i++) if ((verb[i] & ~0x20) != BDAT[i]) return false;
        return verb[BDAT.length] == ' ' || verb[BDAT.length] == '\t';
    }

    /** Whether the client has sent more behind the command that is being looked at. */
    boolean hasMore() {
        return more;
    }

    /** Whether a line has begun and not ended. */
    boolean isInsideLine() {
        return framer.isInsideLine();
    }
}
