package posthaste.bench.load;

import java.nio.ByteBuffer;

/**
 * Compares the content of one message with what was sent, as it arrives. Fields above the id field are trace fields of
 * the relay and are passed over. While all is well nothing is searched for: the end comes where it must come. From the
 * first wrong octet on the end is found as RFC 5321 §4.1.1.4 defines it.
 *
 * <pre>
 *   FIELDS --id field--&gt; MIDDLE --all octets--&gt; TAIL --all octets--&gt; end, intact
 *      | no id             | wrong octet         | wrong octet
 *      +-------------------+---------------------+----------------&gt; WRONG --CRLF.CRLF--&gt; end, corrupt
 * </pre>
 */
final class ContentCheck {
    static final long NO_ID = -1;

    private static final int FIELD_LINES_MAX = 100;
    private static final int END_BYTES = 5;
    private static final long END_MASK = (1L << (Byte.SIZE * END_BYTES)) - 1;
    private static final long END = ('\r' << 24 | '\n' << 16 | '.' << 8 | '\r') * 256L + '\n';

    private enum Place {
        FIELDS,
        MIDDLE,
        TAIL,
        WRONG
    }

    private final LoadContent content;
    private final ByteBuffer tail = LoadContent.newTail();
    private Place place = Place.FIELDS;
    private ByteBuffer middle = ByteBuffer.allocate(0);
    private long id = NO_ID;

    private int lineIndex;
    private boolean idLine;
    private int lines;

    /** The last octets seen, the newest lowest; begins as if a line had just ended, as DATA does. */
    private long last;

    ContentCheck(LoadContent content) {
        this.content = content;
    }

    /** A new message follows. */
    void begin() {
        place = Place.FIELDS;
        id = NO_ID;
        lines = 0;
        lastLine();
        last = '\r' << 8 | '\n';
    }

    private void lastLine() {
        lineIndex = 0;
        idLine = true;
    }

    /** Consumes content up to its end; true at the end. */
    boolean take(ByteBuffer in) {
        while (in.hasRemaining()) {
            boolean ended = switch (place) {
                case FIELDS -> takeFields(in);
                case MIDDLE, TAIL -> takeExpected(in);
                case WRONG -> takeWrong(in);
            };
            if (ended) return true;
        }
        return false;
    }

    private boolean takeFields(ByteBuffer in) {
        byte[] field = LoadContent.ID_FIELD;
        while (in.hasRemaining()) {
            byte octet = in.get();
            if (ends(octet)) {
                place = Place.WRONG;
                return true;
            }
            if (octet != '\n') {
                readIdLine(field, octet);
                continue;
            }
            if (idLine && lineIndex > field.length) {
                place = Place.MIDDLE;
                middle = content.middle(id);
                return false;
            }
            id = NO_ID;
            lastLine();
            if (++lines > FIELD_LINES_MAX) {
                place = Place.WRONG;
                return false;
            }
        }
        return false;
    }

    /** The name octet by octet, then digits. */
    private void readIdLine(byte[] field, byte octet) {
        if (!idLine) return;
        if (lineIndex < field.length) {
            idLine = field[lineIndex] == octet;
        } else if (octet >= '0' && octet <= '9' && lineIndex < field.length + Digits.WIDTH) {
            id = Math.max(0, id) * 10 + octet - '0';
        } else {
            idLine = octet == '\r' && lineIndex == field.length + Digits.WIDTH;
        }
        lineIndex++;
    }

    /** Compares with the middle, then with the tail; true when all of it has come. */
    private boolean takeExpected(ByteBuffer in) {
        ByteBuffer wanted = place == Place.MIDDLE ? middle : tail;
        int length = Math.min(in.remaining(), wanted.remaining());
        int inLimit = in.limit();
        int wantedLimit = wanted.limit();
        in.limit(in.position() + length);
        wanted.limit(wanted.position() + length);
        int wrongAt = in.mismatch(wanted);
        int same = wrongAt < 0 ? length : wrongAt;
        in.limit(inLimit).position(in.position() + same);
        wanted.limit(wantedLimit).position(wanted.position() + same);
        if (wrongAt >= 0) {
            remember(middle);
            if (place == Place.TAIL) remember(tail);
            place = Place.WRONG;
            return false;
        }
        if (wanted.hasRemaining()) return false;
        if (place == Place.TAIL) return true;
        place = Place.TAIL;
        LoadContent.setTail(tail, id);
        return false;
    }

    /** The octets before the position are those that arrived. */
    private void remember(ByteBuffer seen) {
        for (int i = Math.max(0, seen.position() - END_BYTES); i < seen.position(); i++) ends(seen.get(i));
    }

    private boolean takeWrong(ByteBuffer in) {
        while (in.hasRemaining()) if (ends(in.get())) return true;
        return false;
    }

    private boolean ends(byte octet) {
        last = (last << Byte.SIZE | (octet & 0xff)) & END_MASK;
        return last == END;
    }

    /** Whether the message that ended was what was sent under {@link #id}. */
    boolean isIntact() {
        return place == Place.TAIL;
    }

    long id() {
        return id;
    }
}
