package posthaste.bench.load;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import java.util.concurrent.atomic.AtomicLong;

/**
 * One connection of the sink. Replies to all commands of one read go out in one write (RFC 2920). Owned by the sink's
 * thread.
 */
final class SinkSession {
    private static final byte[] GREETING = "220 sink.test ESMTP\r\n".getBytes(US_ASCII);
    private static final byte[] EHLO =
            "250-sink.test\r\n250-PIPELINING\r\n250-8BITMIME\r\n250-SMTPUTF8\r\n250-ENHANCEDSTATUSCODES\r\n250 SIZE 104857600\r\n"
                    .getBytes(US_ASCII);
    private static final byte[] OK = "250 2.0.0 ok\r\n".getBytes(US_ASCII);
    private static final byte[] LATER = "451 4.3.0 not now\r\n".getBytes(US_ASCII);
    private static final byte[] GO = "354 go on\r\n".getBytes(US_ASCII);
    private static final byte[] NOBODY = "554 5.5.1 no recipients\r\n".getBytes(US_ASCII);
    private static final byte[] TAKEN = "250 2.0.0 taken\r\n".getBytes(US_ASCII);
    private static final byte[] BYE = "221 2.0.0 bye\r\n".getBytes(US_ASCII);
    private static final byte[] UNKNOWN = "500 5.5.2 what\r\n".getBytes(US_ASCII);

    private static final int LINE_MAX = 2_048;
    private static final int OUT_BYTES = 8 * 1024;
    private static final int LONGEST_REPLY = 256;

    private final LoadSink.Answer answer;
    private final MessageLedger ledger;
    private final AtomicLong deferred;
    private final ContentCheck check;
    private final ByteBuffer out = ByteBuffer.allocateDirect(OUT_BYTES);
    private final byte[] line = new byte[LINE_MAX];
    private int lineLength;

    private SocketChannel channel;
    private boolean inContent;
    private boolean leaving;
    private long recipients;
    private long recipientId = ContentCheck.NO_ID;
    private boolean mixed;

    SinkSession(
            SocketChannel channel,
            LoadSink.Answer answer,
            LoadContent content,
            MessageLedger ledger,
            AtomicLong deferred) {
        this.channel = channel;
        this.answer = answer;
        this.ledger = ledger;
        this.deferred = deferred;
        check = new ContentCheck(content);
    }

    SocketChannel channel() {
        return channel;
    }

    /** Serves another connection from now on: buffers are dear where each message has a connection of its own. */
    void renew(SocketChannel next) {
        channel = next;
        out.clear();
        lineLength = 0;
        inContent = false;
        leaving = false;
        forget();
    }

    void greet() throws IOException {
        out.put(GREETING);
        flush();
    }

    /** Reads and answers; false when the connection is over. */
    boolean ready(SelectionKey key, ByteBuffer in) throws IOException {
        if (key.isReadable()) {
            in.clear();
            if (channel.read(in) < 0) return false;
            in.flip();
            while (in.hasRemaining()) {
                if (inContent) takeContent(in);
                else takeCommands(in);
            }
        }
        flush();
        int interest = out.position() > 0 ? SelectionKey.OP_WRITE : SelectionKey.OP_READ;
        if (key.interestOps() != interest) key.interestOps(interest);
        return !leaving;
    }

    /** Keeps in {@code out} what the socket has no room for. */
    private void flush() throws IOException {
        if (out.position() == 0) return;
        out.flip();
        channel.write(out);
        out.compact();
    }

    private void reply(byte[] text) throws IOException {
        if (out.remaining() < LONGEST_REPLY) flush();
        if (out.remaining() < LONGEST_REPLY) throw new IOException("the relay reads no replies");
        out.put(text);
    }

    private void takeContent(ByteBuffer in) throws IOException {
        if (!check.take(in)) return;
        inContent = false;
        long now = System.nanoTime();
        if (!check.isIntact()) ledger.corrupt();
        else if (mixed || check.id() != recipientId) ledger.unexpected();
        else ledger.arrived(recipientId, recipients, now);
        reply(TAKEN);
        forget();
    }

    private void forget() {
        recipients = 0;
        recipientId = ContentCheck.NO_ID;
        mixed = false;
    }

    private void takeCommands(ByteBuffer in) throws IOException {
        while (in.hasRemaining() && !inContent) {
            byte octet = in.get();
            if (octet == '\n') {
                command();
                lineLength = 0;
            } else if (lineLength < LINE_MAX) {
                line[lineLength++] = octet;
            } else {
                throw new IOException("a command line over " + LINE_MAX + " octets");
            }
        }
    }

    /** The first letter and, where it is shared, the second tell commands apart. */
    private void command() throws IOException {
        int first = lineLength > 1 ? line[0] & ~0x20 : 0;
        int second = lineLength > 1 ? line[1] & ~0x20 : 0;
        switch (first) {
            case 'E' -> reply(EHLO);
            case 'H', 'N' -> reply(OK);
            case 'M' -> {
                forget();
                reply(OK);
            }
            case 'R' -> {
                if (second == 'C') {
                    recipient();
                } else {
                    forget();
                    reply(OK);
                }
            }
            case 'D' -> data();
            case 'Q' -> {
                leaving = true;
                reply(BYE);
            }
            default -> reply(UNKNOWN);
        }
    }

    /** {@code RCPT TO:<rINDEX.ID@...>}; any other recipient has no mail to get here. */
    private void recipient() throws IOException {
        if (answer == LoadSink.Answer.DEFER) {
            deferred.lazySet(deferred.get() + 1);
            reply(LATER);
            return;
        }
        int at = indexOf((byte) '<', 0) + 1;
        int dot = indexOf((byte) '.', at);
        int end = indexOf((byte) '@', dot);
        long index = number(at + 1, dot);
        long id = number(dot + 1, end);
        boolean usable = index >= 0 && index < MessageLedger.RECIPIENTS_MAX && id >= 0;
        mixed |= !usable || (recipientId != ContentCheck.NO_ID && recipientId != id);
        if (usable) {
            recipients |= 1L << index;
            recipientId = id;
        }
        reply(OK);
    }

    private int indexOf(byte octet, int from) {
        for (int i = Math.max(0, from); i < lineLength; i++) if (line[i] == octet) return i;
        return -1;
    }

    private long number(int from, int to) {
        if (from < 1 || to <= from || to - from > Digits.WIDTH) return -1;
        long value = 0;
        for (int i = from; i < to; i++) {
            if (line[i] < '0' || line[i] > '9') return -1;
            value = value * 10 + line[i] - '0';
        }
        return value;
    }

    private void data() throws IOException {
        if (recipients == 0 && !mixed) {
            reply(NOBODY);
            return;
        }
        check.begin();
        inContent = true;
        reply(GO);
    }
}
