package posthaste.server.filter;

import java.io.ByteArrayOutputStream;
import java.util.Arrays;

/**
 * Cuts the content of a message into what filters are shown: the fields of its header, the end of the header, pieces of
 * its body. Keeps what was not shown yet. The header ends at an empty line, or before the first line that is no field.
 * One instance serves one message and one thread.
 */
final class ContentSplitter {
    /** Octets of a piece of the body: the most that the protocol allows. */
    static final int BODY_MAX = 65_535;
    /** Octets of a field; a longer one is shown as several of the same name, so that nothing stays unseen. */
    static final int FIELD_MAX = 32 * 1024;

    private static final byte[] NOTHING = {};

    /** Who is shown the pieces. */
    interface Sink {
        /**
         * @param value what stands behind the colon, its lines parted by LF alone, as filters expect it
         */
        void field(byte[] name, byte[] value);

        void headerEnd();

        /** {@code octets[from, to)}, line ends as they came. */
        void body(byte[] octets, int from, int to);
    }

    private byte[] kept = NOTHING;
    private int from;
    private int to;
    /** Up to here no end of a field was found. */
    private int searched;

    /** The name of a field whose beginning was shown already; empty where a new one begins. */
    private byte[] unfinished = NOTHING;

    /** Whether the end that was found last is none: the field is too long and goes on there. */
    private boolean cut;

    private boolean inBody;
    private boolean skipsFields;
    private boolean skipsBody;

    /** Copies content. */
    void add(byte[] octets, int offset, int length) {
        if (inBody && skipsBody) return;
        if (to + length > kept.length) makeRoom(length);
        System.arraycopy(octets, offset, kept, to, length);
        to += length;
    }

    private void makeRoom(int length) {
        int size = to - from;
        byte[] room = size + length <= kept.length ? kept : new byte[Math.max(size + length, 2 * size)];
        System.arraycopy(kept, from, room, 0, size);
        kept = room;
        searched -= from;
        from = 0;
        to = size;
    }

    /** Octets that were not shown yet. */
    int size() {
        return to - from;
    }

    /** Shows no fields: they are passed over. */
    void skipFields() {
        skipsFields = true;
    }

    /** Shows no body, or no more of it. */
    void skipBody() {
        skipsBody = true;
        if (inBody) clear();
    }

    /** Keeps nothing. */
    void clear() {
        kept = NOTHING;
        from = 0;
        to = 0;
        searched = 0;
    }

    /**
     * Shows the next piece.
     *
     * @param complete whether nothing more will come
     * @return false where there is nothing to show, or not yet
     */
    boolean showNext(boolean complete, Sink sink) {
        while (!inBody) {
            int end = endOfField(complete);
            if (end < 0) return false;
            if (end == from || !isInField(end)) {
                endHeader(end);
                sink.headerEnd();
                return true;
            }
            if (show(end, sink)) return true;
        }
        return showBody(sink);
    }

    /** Behind the field, or the piece of it, that begins here; {@code from} where the header ends; -1: not yet known. */
    private int endOfField(boolean complete) {
        cut = false;
        if (unfinished.length == 0) {
            int blank = lengthOfEmptyLine();
            if (blank > 0 || (size() == 0 && complete)) return from;
            boolean tooShort = size() == 0 || (size() == 1 && kept[from] == '\r');
            if (tooShort && !complete) return -1;
        }
        for (int i = Math.max(searched, from); i < to; i++) {
            if (i - from >= FIELD_MAX) {
                cut = true;
                return i;
            }
            boolean lineEnds = kept[i] == '\n';
            if (lineEnds && i + 1 == to) {
                searched = i;
                return complete ? to : -1;
            }
            if (lineEnds && kept[i + 1] != ' ' && kept[i + 1] != '\t') return i + 1;
        }
        searched = to;
        return complete ? to : -1;
    }

    private int lengthOfEmptyLine() {
        if (size() >= 1 && kept[from] == '\n') return 1;
        return size() >= 2 && kept[from] == '\r' && kept[from + 1] == '\n' ? 2 : 0;
    }

    private boolean isInField(int end) {
        return unfinished.length > 0 || nameLength(end) > 0;
    }

    /** Of the field at {@code [from, end)}, without blanks before the colon; 0 where it is none. */
    private int nameLength(int end) {
        int at = from;
        while (at < end && kept[at] > ' ' && kept[at] < 0x7f && kept[at] != ':') at++;
        int length = at - from;
        while (at < end && (kept[at] == ' ' || kept[at] == '\t')) at++;
        return at < end && kept[at] == ':' ? length : 0;
    }

    private void endHeader(int end) {
        if (end == from) from += lengthOfEmptyLine();
        inBody = true;
        if (skipsBody) clear();
    }

    /** @return whether it was shown at all */
    private boolean show(int end, Sink sink) {
        byte[] name = unfinished;
        int valueFrom = from;
        if (name.length == 0) {
            int length = nameLength(end);
            name = Arrays.copyOfRange(kept, from, from + length);
            valueFrom = from + length;
            while (kept[valueFrom] != ':') valueFrom++;
            valueFrom++;
        }
        byte[] value = value(valueFrom, end);
        unfinished = cut ? name : NOTHING;
        from = end;
        searched = end;
        if (!skipsFields) sink.field(name, value);
        return !skipsFields;
    }

    /** Without the end of its last line, and with LF where lines end within. */
    private byte[] value(int valueFrom, int end) {
        int last = end;
        if (last > valueFrom && kept[last - 1] == '\n') last--;
        if (last > valueFrom && last < end && kept[last - 1] == '\r') last--;
        var value = new ByteArrayOutputStream(last - valueFrom);
        for (int i = valueFrom; i < last; i++) {
            boolean partOfLineEnd = kept[i] == '\r' && i + 1 < last && kept[i + 1] == '\n';
            if (!partOfLineEnd) value.write(kept[i]);
        }
        return value.toByteArray();
    }

    private boolean showBody(Sink sink) {
        if (skipsBody || size() == 0) return false;
        int end = from + Math.min(size(), BODY_MAX);
        int begin = from;
        from = end;
        sink.body(kept, begin, end);
        if (size() == 0) clear();
        return true;
    }
}
