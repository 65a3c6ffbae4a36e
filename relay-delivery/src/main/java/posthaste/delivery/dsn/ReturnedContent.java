package posthaste.delivery.dsn;

import java.io.ByteArrayOutputStream;

/**
 * The third part of a report: the message, its header, or nothing of it (RFC 6522 §3).
 *
 * @param mediaType message/rfc822 or text/rfc822-headers; empty when nothing could be read
 * @param bytes CRLF line ends, no line longer than 998 octets
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record ReturnedContent(String mediaType, byte[] bytes) {
    /** RFC 5321 §4.5.3.1.6, without the CRLF. */
    private static final int LINE_MAX = 998;

    private static final ReturnedContent NONE = new ReturnedContent("", new byte[0]);

    /** As much as is allowed and fits into {@code room} octets: all, or the header as far as it goes. */
    static ReturnedContent of(DsnReport.Original original, int room) {
        if (original.start().isEmpty()) return NONE;
        byte[] start = original.start().get();
        boolean whole = original.complete() && start.length <= room && hasMailLinesOnly(start);
        return whole ? new ReturnedContent("message/rfc822", start) : header(start, room);
    }

    boolean isNothing() {
        return mediaType.isEmpty();
    }

    boolean isWholeMessage() {
        return mediaType.equals("message/rfc822");
    }

    static boolean hasEightBit(byte[] bytes) {
        for (byte octet : bytes) if (octet < 0) return true;
        return false;
    }

    private static boolean hasMailLinesOnly(byte[] bytes) {
        int lineStart = 0;
        while (lineStart < bytes.length) {
            int end = lineEnd(bytes, lineStart);
            if (end - lineStart > LINE_MAX) return false;
            for (int at = lineStart; at < end; at++) if (isLineBreaking(bytes[at])) return false;
            lineStart = end + 2;
        }
        return true;
    }

    /** What no line of mail may hold. Nothing the queue took has it, but no report depends on that. */
    private static boolean isLineBreaking(byte octet) {
        return octet == '\r' || octet == '\n' || octet == 0;
    }

    /** The fields up to the first line that is none. A field cut by {@code room} or by the end of what was read goes. */
    private static ReturnedContent header(byte[] start, int room) {
        var fields = new ByteArrayOutputStream();
        int fieldStart = 0;
        while (fieldStart < start.length && isField(start, fieldStart)) {
            int end = fieldEnd(start, fieldStart);
            if (end < 0) break;
            byte[] field = folded(start, fieldStart, end);
            if (fields.size() + field.length > room) break;
            fields.writeBytes(field);
            fieldStart = end;
        }
        return new ReturnedContent("text/rfc822-headers", fields.toByteArray());
    }

    /** Whether a field name begins here: printable octets and a colon behind them (blanks before it are obsolete). */
    private static boolean isField(byte[] bytes, int from) {
        int at = from;
        while (at < bytes.length && bytes[at] > ' ' && bytes[at] < 0x7f && bytes[at] != ':') at++;
        if (at == from) return false;
        while (at < bytes.length && isBlank(bytes[at])) at++;
        return at < bytes.length && bytes[at] == ':';
    }

    /** Behind the CRLF of the field's last line; -1 when it does not end within {@code bytes}. */
    private static int fieldEnd(byte[] bytes, int from) {
        int end = from;
        do {
            end = lineEnd(bytes, end) + 2;
            if (end > bytes.length) return -1;
        } while (end < bytes.length && isBlank(bytes[end]));
        return end;
    }

    /** Where the CRLF of this line stands, or the end of the content where it has none. */
    private static int lineEnd(byte[] bytes, int from) {
        for (int at = from; at + 1 < bytes.length; at++) if (bytes[at] == '\r' && bytes[at + 1] == '\n') return at;
        return bytes.length;
    }

    /** The field with lines of at most 998 octets: longer ones continue behind a blank on the next. */
    private static byte[] folded(byte[] bytes, int from, int to) {
        var lines = new ByteArrayOutputStream(to - from);
        int lineStart = from;
        while (lineStart < to) {
            int end = lineEnd(bytes, lineStart);
            for (int at = lineStart; at < end; at++) {
                boolean full = at > lineStart && (at - lineStart) % (LINE_MAX - 1) == 0;
                if (full) lines.writeBytes(new byte[] {'\r', '\n', ' '});
                lines.write(clean(bytes[at]));
            }
            lines.writeBytes(new byte[] {'\r', '\n'});
            lineStart = end + 2;
        }
        return lines.toByteArray();
    }

    private static byte clean(byte octet) {
        return isLineBreaking(octet) ? (byte) '?' : octet;
    }

    private static boolean isBlank(byte octet) {
        return octet == ' ' || octet == '\t';
    }
}
