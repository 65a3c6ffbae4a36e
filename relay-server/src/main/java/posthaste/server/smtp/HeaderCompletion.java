package posthaste.server.smtp;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.util.Arrays;
import posthaste.queue.MessageId;
import posthaste.smtp.ContentSink;

/**
 * Puts {@code Date} and {@code Message-ID} in front of a message that has none, for clients that submit (RFC 6409 §8.2 and
 * §8.3). For that the header is kept back until its end is known; one that is too long stays as it is. Owned by its session.
 */
final class HeaderCompletion implements ContentSink {
    /** Octets of a header that is looked at. */
    static final int HEADER_MAX = 64 * 1024;

    private static final int TYPICAL = 2048;
    private static final byte[] NOTHING = {};
    private static final String DATE = "date";
    private static final String MESSAGE_ID = "message-id";

    private final Fields fields;
    private final ContentSink out;

    private byte[] held = new byte[TYPICAL];
    private int length;
    /** Where the line begins that has not been looked at. */
    private int line;

    private boolean dated;
    private boolean identified;
    private boolean over;

    /**
     * What is put in, each with its CRLF.
     *
     * @param date the whole field
     * @param messageId the whole field
     */
    record Fields(String date, String messageId) {
        /** @param date as RFC 5322 §3.3 has it */
        static Fields of(MessageId id, String hostname, String date) {
            return new Fields("Date: " + date + "\r\n", "Message-ID: <" + id + "@" + hostname + ">\r\n");
        }
    }

    HeaderCompletion(Fields fields, ContentSink out) {
        this.fields = fields;
        this.out = out;
    }

    @Override
    public void content(byte[] array, int offset, int octets) {
        if (over) {
            out.content(array, offset, octets);
            return;
        }
        int searched = length;
        if (held.length - length < octets) held = Arrays.copyOf(held, Math.max(2 * held.length, length + octets));
        System.arraycopy(array, offset, held, length, octets);
        length += octets;
        look(searched);
    }

    private void look(int from) {
        for (int i = from; i < Math.min(length, HEADER_MAX) && !over; i++) {
            if (held[i] != '\n') continue;
            if (endsHeader(i)) goOn(true);
            line = i + 1;
        }
        if (!over && length >= HEADER_MAX) goOn(false);
    }

    /** Whether the line whose LF stands at {@code end} is no field and no more of one; takes note of a field. */
    private boolean endsHeader(int end) {
        boolean folded = held[line] == ' ' || held[line] == '\t';
        if (folded) return line == 0;
        int colon = line;
        while (colon < end && held[colon] != ':') colon++;
        int nameEnd = colon;
        while (nameEnd > line && (held[nameEnd - 1] == ' ' || held[nameEnd - 1] == '\t')) nameEnd--;
        if (colon == end || !isName(nameEnd)) return true;
        dated |= isNamed(nameEnd, DATE);
        identified |= isNamed(nameEnd, MESSAGE_ID);
        return false;
    }

    /** ftext (RFC 5322 §3.6.8). */
    private boolean isName(int end) {
        for (int i = line; i < end; i++) {
            if (held[i] <= ' ' || held[i] == 0x7f) return false;
        }
        return end > line;
    }

    private boolean isNamed(int end, String name) {
        return end - line == name.length() && new String(held, line, name.length(), US_ASCII).equalsIgnoreCase(name);
    }

    /** The message has ended, be it within its header. */
    void complete() {
        if (over) return;
        if (line < length) endsHeader(length);
        goOn(true);
    }

    private void goOn(boolean completed) {
        over = true;
        String missing = completed ? (dated ? "" : fields.date) + (identified ? "" : fields.messageId) : "";
        byte[] added = missing.getBytes(US_ASCII);
        if (added.length > 0) out.content(added, 0, added.length);
        if (length > 0) out.content(held, 0, length);
        held = NOTHING;
        length = 0;
    }
}
