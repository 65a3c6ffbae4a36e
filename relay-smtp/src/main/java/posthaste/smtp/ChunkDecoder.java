package posthaste.smtp;

import static posthaste.smtp.Octets.CR;
import static posthaste.smtp.Octets.LF;

/**
 * Takes one message from the chunks that follow BDAT (RFC 3030 §2). A chunk is as many octets as its command said: no dot
 * means anything, and a chunk may end within a line. One instance serves one message and one thread.
 *
 * <pre>
 * decoder.begin(bdat);
 * while (!decoder.isFinished() &amp;&amp; at &lt; to) at = decoder.decode(in, at, to, sink);
 * // answered; the next command begins at at
 * </pre>
 */
public final class ChunkDecoder {
    private enum Place {
        LINE_START,
        IN_LINE,
        AFTER_CR
    }

    private final ContentInspection content = new ContentInspection();
    private Place place = Place.LINE_START;
    private long left;
    private boolean last;

    /** The next chunk begins with the next octet decoded. A chunk of no octets is finished at once. */
    public void begin(Command.Bdat chunk) {
        if (left > 0 || last) throw new IllegalStateException("a chunk begins within or behind another");
        left = chunk.octets();
        last = chunk.last();
        if (left == 0) finishChunk();
    }

    /**
     * Decodes {@code in[from, to)} up to the end of the chunk.
     *
     * @return index of the first octet not consumed: {@code to}, or, when {@link #isFinished()}, where the next command
     *     begins
     */
    public int decode(byte[] in, int from, int to, ContentSink sink) {
        int end = left < to - from ? from + (int) left : to;
        if (end == from) return from;
        content.count(end - from);
        inspect(in, from, end);
        sink.content(in, from, end - from);
        left -= end - from;
        if (left == 0) finishChunk();
        return end;
    }

    /** Whether the chunk has come to its end. */
    public boolean isFinished() {
        return left == 0;
    }

    /** What was seen of the message, over all its chunks. */
    public ContentInspection content() {
        return content;
    }

    private void inspect(byte[] in, int from, int to) {
        int at = from;
        while (at < to) {
            switch (place) {
                case LINE_START -> {
                    content.beginLine(in[at]);
                    place = Place.IN_LINE;
                }
                case IN_LINE -> {
                    at = content.readLine(in, at, to);
                    if (in[at - 1] == CR) place = Place.AFTER_CR;
                }
                case AFTER_CR -> {
                    if (in[at] == LF) {
                        at++;
                        content.endLine();
                        place = Place.LINE_START;
                    } else {
                        content.goOnAfterBareCr();
                        place = Place.IN_LINE;
                    }
                }
            }
        }
    }

    /** A CR that ends the message stands alone. */
    private void finishChunk() {
        if (last && place == Place.AFTER_CR) content.goOnAfterBareCr();
    }
}
