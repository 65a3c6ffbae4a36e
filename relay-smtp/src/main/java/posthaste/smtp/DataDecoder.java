package posthaste.smtp;

import static posthaste.smtp.Octets.CR;
import static posthaste.smtp.Octets.LF;

/**
 * Finds the end of one message in the octets that follow DATA, and undoes dot-stuffing (RFC 5321 §4.1.1.4, §4.5.2).
 * Only CRLF.CRLF ends it, or .CRLF at once: any laxer reading lets a sender hide a second message from one server and
 * show it to the next. One instance serves one message and one thread.
 *
 * <pre>
 *   LINE_START --"."--&gt; AFTER_DOT --CR--&gt; AFTER_DOT_CR --LF--&gt; END
 *       |                   |                  | else: the CR was content
 *       v else              v else             v
 *    IN_LINE &lt;--------------+------------------+          the dot itself is never content
 *       | CR
 *       v
 *    AFTER_CR --LF--&gt; LINE_START,  else back to IN_LINE
 * </pre>
 */
public final class DataDecoder {
    private enum Place {
        LINE_START,
        AFTER_DOT,
        AFTER_DOT_CR,
        IN_LINE,
        AFTER_CR,
        END
    }

    private static final byte[] HELD_CR = {CR};

    private final ContentInspection content = new ContentInspection();
    private Place place = Place.LINE_START;

    /**
     * Decodes {@code in[from, to)} up to the end of the message.
     *
     * @return index of the first octet not consumed: {@code to}, or, when {@link #isFinished()}, where the pipelined
     *     commands begin
     */
    public int decode(byte[] in, int from, int to, ContentSink sink) {
        int at = from;
        int unseen = from; // from here on it is content that the sink has not seen
        while (at < to && place != Place.END) {
            switch (place) {
                case LINE_START -> {
                    if (in[at] == '.') {
                        emit(in, unseen, at, sink);
                        unseen = ++at;
                        place = Place.AFTER_DOT;
                    } else {
                        beginLine(in[at]);
                    }
                }
                case AFTER_DOT -> {
                    if (in[at] == CR) {
                        unseen = ++at;
                        place = Place.AFTER_DOT_CR;
                    } else {
                        beginLine(in[at]);
                    }
                }
                case AFTER_DOT_CR -> {
                    if (in[at] == LF) {
                        unseen = ++at;
                        place = Place.END;
                    } else {
                        emit(HELD_CR, 0, 1, sink);
                        content.beginLineWithBareCr();
                        place = Place.IN_LINE;
                    }
                }
                case IN_LINE -> {
                    at = content.readLine(in, at, to);
                    if (in[at - 1] != CR) break;
                    place = Place.AFTER_CR;
                    if (at < to && in[at] == LF) at = endLine(at);
                }
                case AFTER_CR -> {
                    if (in[at] == LF) {
                        at = endLine(at);
                    } else {
                        content.goOnAfterBareCr();
                        place = Place.IN_LINE;
                    }
                }
                case END -> throw new AssertionError("left the loop at the end");
            }
        }
        emit(in, unseen, at, sink);
        return at;
    }

    /** Whether the end of the message was seen. */
    public boolean isFinished() {
        return place == Place.END;
    }

    /** What was seen of the message so far; the CRLF before the final dot is content (RFC 1870 §5). */
    public ContentInspection content() {
        return content;
    }

    private void emit(byte[] array, int from, int to, ContentSink sink) {
        if (from == to) return;
        content.count(to - from);
        sink.content(array, from, to - from);
    }

    private int endLine(int lf) {
        content.endLine();
        place = Place.LINE_START;
        return lf + 1;
    }

    private void beginLine(byte first) {
        content.beginLine(first);
        place = Place.IN_LINE;
    }
}
