package posthaste.bench.load;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.nio.ByteBuffer;
import java.util.Random;

/**
 * The content of every message of a load: an id field, one of {@value #VARIANTS} prepared middles (fields, an empty
 * line, lines of text of which some begin with a dot), and a last line that repeats the id. So each message is unlike
 * every other, two messages cannot be mixed up unseen, and yet nothing is built while the load runs. The sink knows the
 * expected octets and compares them one by one, which is stricter than a digest and costs less.
 *
 * <p>Everything is held in wire form, dots stuffed. Immutable; thread-safe.
 */
public final class LoadContent {
    /** Smallest content that has room for the fields and both ids. */
    public static final int BYTES_MIN = 256;

    /** Largest content: the middles are kept in memory. */
    public static final int BYTES_MAX = 16 * 1024 * 1024;

    static final int VARIANTS = 16;
    static final byte[] ID_FIELD = "X-Load-Id: ".getBytes(US_ASCII);

    private static final byte[] CRLF = "\r\n".getBytes(US_ASCII);
    private static final byte[] LAST_LINE = "end of message ".getBytes(US_ASCII);
    private static final byte[] LAST_LINE_END = "\r\n.\r\n".getBytes(US_ASCII);
    private static final int LAST_LINE_BYTES = LAST_LINE.length + Digits.WIDTH + CRLF.length;
    private static final int HEAD_BYTES = ID_FIELD.length + Digits.WIDTH + CRLF.length;
    private static final int LINE = 76;
    private static final int DOTTED_LINE_EVERY = 20;

    private final int contentBytes;
    private final ByteBuffer[] middles = new ByteBuffer[VARIANTS];

    /**
     * @param contentBytes octets of each message before dot-stuffing, header and both ids included
     * @param seed of the text
     */
    public LoadContent(int contentBytes, long seed) {
        if (contentBytes < BYTES_MIN || contentBytes > BYTES_MAX) {
            throw new IllegalArgumentException(
                    "a message has " + BYTES_MIN + " to " + BYTES_MAX + " octets: " + contentBytes);
        }
        this.contentBytes = contentBytes;
        Random random = new Random(seed);
        for (int variant = 0; variant < VARIANTS; variant++) {
            middles[variant] = middle(variant, contentBytes - HEAD_BYTES - LAST_LINE_BYTES, random);
        }
    }

    private static ByteBuffer middle(int variant, int bytes, Random random) {
        StringBuilder text = new StringBuilder(bytes + bytes / LINE + LINE);
        text.append("From: Load <load@client.test>\r\nTo: Sink <sink@load.test>\r\nSubject: load, variant ")
                .append(variant)
                .append("\r\n\r\n");
        int stuffed = 0;
        for (int line = 1; text.length() - stuffed < bytes; line++) {
            int left = bytes - (text.length() - stuffed);
            // The last line takes what one full line would leave too short to hold a CRLF and a letter.
            int length = left < LINE + 8 ? left : LINE;
            if (line % DOTTED_LINE_EVERY == 1 && length > 3) {
                text.append("..");
                stuffed++;
                length--;
            }
            for (int i = 0; i < length - 2; i++) text.append((char) ('a' + random.nextInt(26)));
            text.append("\r\n");
        }
        ByteBuffer wire = ByteBuffer.allocateDirect(text.length());
        return wire.put(text.toString().getBytes(US_ASCII)).flip().asReadOnlyBuffer();
    }

    /** Octets of each message as SIZE counts them: dots not stuffed, the final dot left out. */
    public int contentBytes() {
        return contentBytes;
    }

    /** A buffer for the first field; {@link #setHead} makes it that of a message. */
    static ByteBuffer newHead() {
        return ByteBuffer.allocateDirect(HEAD_BYTES)
                .put(ID_FIELD)
                .position(HEAD_BYTES - CRLF.length)
                .put(CRLF)
                .clear();
    }

    static void setHead(ByteBuffer head, long id) {
        Digits.put(head, ID_FIELD.length, id);
        head.clear();
    }

    /** What stands between the first field and the last line; the caller's own view. */
    ByteBuffer middle(long id) {
        return middles[(int) (id % VARIANTS)].duplicate();
    }

    /** A buffer for the last line and the final dot; {@link #setTail} makes it that of a message. */
    static ByteBuffer newTail() {
        return ByteBuffer.allocateDirect(LAST_LINE.length + Digits.WIDTH + LAST_LINE_END.length)
                .put(LAST_LINE)
                .position(LAST_LINE.length + Digits.WIDTH)
                .put(LAST_LINE_END)
                .clear();
    }

    static void setTail(ByteBuffer tail, long id) {
        Digits.put(tail, LAST_LINE.length, id);
        tail.clear();
    }

    /** One whole message in wire form, final dot included: what the sink expects. */
    byte[] wire(long id) {
        ByteBuffer head = newHead();
        ByteBuffer tail = newTail();
        setHead(head, id);
        setTail(tail, id);
        ByteBuffer middle = middle(id);
        ByteBuffer all = ByteBuffer.allocate(head.remaining() + middle.remaining() + tail.remaining());
        return all.put(head).put(middle).put(tail).array();
    }
}
