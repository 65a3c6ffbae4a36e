package posthaste.smtp;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static posthaste.smtp.Octets.CR;
import static posthaste.smtp.Octets.LF;

/**
 * What a decoder has seen of the content of one message: all that its acceptance depends on. What is true of a part of a
 * message stays true of the whole, so a message may be given up at once. Belongs to its decoder and the thread of that.
 */
public final class ContentInspection {
    /** All octets below are looked at one by one: NUL, LF, CR, and the few others that nobody sends. */
    private static final int TEXT_MIN = CR + 1;

    private static final byte[] RECEIVED = "received".getBytes(US_ASCII);
    private static final int OTHER_NAME = -1;

    private final Utf8Check headerText = new Utf8Check();

    private boolean inHeader = true;
    private boolean lineEmpty = true;

    /** How many octets of "received" the line began with, or OTHER_NAME once that is decided. */
    private int nameOctets;

    private long octets;
    private long headerOctets;
    private long lineOctets;
    private long longestLine;
    private int receivedFields;
    private boolean bareCr;
    private boolean bareLf;
    private boolean nul;
    private boolean eightBitHeader;
    private boolean eightBitBody;

    ContentInspection() {}

    /** Octets of content so far, as RFC 1870 §5 counts them: dots unstuffed, the last CRLF included. */
    public long octets() {
        return octets;
    }

    /** Octets of the longest line so far, without its CRLF (RFC 5321 §4.5.3.1.6 allows 998). */
    public long longestLine() {
        return Math.max(longestLine, lineOctets);
    }

    /** Octets of the header so far, the empty line behind it included. */
    public long headerOctets() {
        return inHeader ? headerOctets + lineOctets : headerOctets;
    }

    /** {@code Received} fields in the header so far: the hops behind the message (RFC 5321 §6.3). */
    public int receivedFields() {
        return receivedFields;
    }

    /** A CR that no LF follows was seen: refuse the message with {@link Replies#BARE_LINE_BREAK_IN_MESSAGE}. */
    public boolean hasBareCr() {
        return bareCr;
    }

    /** An LF that no CR precedes was seen: refuse the message with {@link Replies#BARE_LINE_BREAK_IN_MESSAGE}. */
    public boolean hasBareLf() {
        return bareLf;
    }

    /** A NUL was seen: refuse the message with {@link Replies#NUL_IN_MESSAGE}. */
    public boolean hasNul() {
        return nul;
    }

    /** The header, up to the first empty line, holds octets above 127 (RFC 6532, or a charset of old). */
    public boolean hasEightBitHeader() {
        return eightBitHeader;
    }

    /** The header holds octets above 127, and they are UTF-8: it needs SMTPUTF8 (RFC 6532 §3.2). */
    public boolean hasUtf8Header() {
        return eightBitHeader && headerText.isComplete();
    }

    /** The body, behind the first empty line, holds octets above 127 (RFC 6152). */
    public boolean hasEightBitBody() {
        return eightBitBody;
    }

    void count(int contentOctets) {
        octets += contentOctets;
    }

    /** A line begins with {@code first}, which is read with the rest of it. */
    void beginLine(byte first) {
        lineEmpty = first == CR;
        nameOctets = 0;
    }

    /** A line began with a CR that was consumed, and no LF follows. */
    void beginLineWithBareCr() {
        beginLine(CR);
        lineOctets = 1;
        goOnAfterBareCr();
    }

    /** The octet behind a CR is no LF, or there is none. */
    void goOnAfterBareCr() {
        bareCr = true;
        lineEmpty = false;
    }

    /** The LF behind a CR was seen. */
    void endLine() {
        if (inHeader) {
            headerOctets += lineOctets + 1;
            inHeader = !lineEmpty;
        }
        longestLine = Math.max(longestLine, lineOctets - 1);
        lineOctets = 0;
    }

    /**
     * Reads a line, of which {@code in[from]} is not behind a CR, up to behind the next CR.
     *
     * @return index behind that CR, so that it is the octet before, or {@code to}; beyond {@code from} in any case
     */
    int readLine(byte[] in, int from, int to) {
        int at = inHeader && nameOctets != OTHER_NAME ? readName(in, from, to) : from;
        at = readText(in, at, to);
        lineOctets += at - from;
        return at;
    }

    /** Compares the name of a header field with "received", as far as it has arrived (blanks: RFC 5322 §4.5). */
    private int readName(byte[] in, int from, int to) {
        int at = from;
        while (at < to && nameOctets < RECEIVED.length && (in[at] | 0x20) == RECEIVED[nameOctets]) {
            at++;
            nameOctets++;
        }
        if (at == to) return at;
        if (nameOctets == RECEIVED.length && endsName(in[at])) receivedFields++;
        nameOctets = OTHER_NAME;
        return at;
    }

    private static boolean endsName(byte octet) {
        return octet == ':' || octet == ' ' || octet == '\t';
    }

    private int readText(byte[] in, int from, int to) {
        int at = from;
        while (at < to) {
            at = skipText(in, at, to);
            if (at == to) return at;
            byte octet = in[at++];
            if (octet == CR) return at;
            if (octet == LF) bareLf = true;
            if (octet == 0) nul = true;
        }
        return at;
    }

    /** Index of the first octet below TEXT_MIN, or {@code to}; remembers octets above 127 on the way. */
    private int skipText(byte[] in, int from, int to) {
        int at = from;
        long seen = 0;
        for (; at <= to - Octets.WORD; at += Octets.WORD) {
            long word = Octets.word(in, at);
            long stop = Octets.below(word, TEXT_MIN);
            if (stop != 0) {
                int text = Octets.first(stop);
                at += text;
                seen |= word & ((1L << (Byte.SIZE * text)) - 1);
                if (inHeader || (seen & Octets.HIGH) != 0) note(seen, in, from, at + 1);
                return at;
            }
            seen |= word;
        }
        while (at < to && (in[at] >= TEXT_MIN || in[at] < 0)) seen |= in[at++];
        if (inHeader || (seen & Octets.HIGH) != 0) note(seen, in, from, Math.min(at + 1, to));
        return at;
    }

    /** {@code in[from, to)} was passed over: text and, where one was found, the control octet behind it. */
    private void note(long seen, byte[] in, int from, int to) {
        if (!inHeader) {
            eightBitBody = true;
        } else if ((seen & Octets.HIGH) != 0 || !headerText.isComplete()) {
            readHeader(in, from, to);
        }
    }

    private void readHeader(byte[] in, int from, int to) {
        eightBitHeader = true;
        headerText.read(in, from, to);
    }
}
