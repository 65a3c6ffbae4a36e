package posthaste.bench.load;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.util.Optional;

/**
 * One client of the generator: sends a message over the connection it has, or over a new one, and tells its generator
 * what came of it. Owned by the generator's thread.
 */
final class Client {
    private static final byte[] EHLO = "EHLO client.test\r\n".getBytes(US_ASCII);
    private static final byte[] MAIL = "MAIL FROM:<load@client.test>\r\n".getBytes(US_ASCII);
    private static final byte[] DATA = "DATA\r\n".getBytes(US_ASCII);
    private static final byte[] QUIT = "QUIT\r\n".getBytes(US_ASCII);
    private static final int RCPT_ROOM = 128;

    /** The reply that a client waits for. */
    private enum Awaiting {
        GREETING(220),
        EHLO(250),
        MAIL(250),
        RCPT(250),
        DATA(354),
        DOT(250),
        QUIT(221);

        private final int code;

        Awaiting(int code) {
            this.code = code;
        }
    }

    private final LoadGenerator generator;
    private final LoadShape shape;
    private final LoadContent content;
    private final Selector selector;
    private final Wire.Maker wires;
    private final ReplyScanner replies = new ReplyScanner();
    private final ByteBuffer commands;
    private final ByteBuffer head = LoadContent.newHead();
    private final ByteBuffer tail = LoadContent.newTail();
    private final ByteBuffer[] out = new ByteBuffer[3];

    private Optional<Wire> connection = Optional.empty();
    private Optional<SocketChannel> socket = Optional.empty();
    private boolean established;
    private Optional<SelectionKey> key = Optional.empty();
    private Awaiting awaiting = Awaiting.GREETING;
    private long id;
    private boolean hasMessage;
    private int recipientsToGo;
    private int sentOverConnection;

    Client(LoadGenerator generator, LoadShape shape, LoadContent content, Selector selector) {
        this.generator = generator;
        this.shape = shape;
        this.content = content;
        this.selector = selector;
        wires = generator.wires();
        commands = ByteBuffer.allocateDirect(
                EHLO.length + MAIL.length + DATA.length + RCPT_ROOM * (shape.pipelining() ? shape.recipients() : 1));
    }

    boolean isConnected() {
        return connection.isPresent();
    }

    /** Sends the message {@code id}; its end is told to the generator. */
    void send(long messageId, InetSocketAddress relay) {
        id = messageId;
        hasMessage = true;
        try {
            if (connection.isPresent()) {
                beginEnvelope(connection.get());
            } else {
                connect(relay);
            }
        } catch (IOException failure) {
            fail("connection: " + failure.getMessage());
        }
    }

    private void connect(InetSocketAddress relay) throws IOException {
        SocketChannel channel = SocketChannel.open(StandardProtocolFamily.INET);
        socket = Optional.of(channel);
        connection = Optional.of(wires.over(channel));
        established = false;
        channel.configureBlocking(false);
        channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
        awaiting = Awaiting.GREETING;
        sentOverConnection = 0;
        boolean connected = channel.connect(relay);
        key = Optional.of(channel.register(selector, connected ? SelectionKey.OP_READ : SelectionKey.OP_CONNECT, this));
        if (connected) established = connection.get().begin();
    }

    /** The selector found something to do. */
    void ready(SelectionKey selected, ByteBuffer shared) {
        if (connection.isEmpty()) return;
        Wire wire = connection.get();
        try {
            if (selected.isConnectable()) {
                socket.orElseThrow().finishConnect();
                selected.interestOps(SelectionKey.OP_READ);
                established = wire.begin();
            }
            if (selected.isWritable()) {
                wire.flush();
                watch(wire);
            }
            if (selected.isReadable()) read(wire, shared);
        } catch (IOException failure) {
            fail("connection: " + failure.getMessage());
        }
    }

    private void read(Wire wire, ByteBuffer shared) throws IOException {
        if (!established) {
            established = wire.proceed();
            if (!established) return;
        }
        shared.clear();
        if (wire.read(shared) < 0) {
            fail("the relay closed the connection");
            return;
        }
        shared.flip();
        int code = replies.next(shared);
        while (code != ReplyScanner.INCOMPLETE) {
            if (code != awaiting.code) {
                fail(awaiting + " was answered " + replies.text());
                return;
            }
            proceed(wire);
            if (connection.isEmpty()) return;
            code = replies.next(shared);
        }
    }

    private void proceed(Wire wire) throws IOException {
        switch (awaiting) {
            case GREETING -> command(wire, EHLO, Awaiting.EHLO);
            case EHLO -> beginEnvelope(wire);
            case MAIL -> {
                awaiting = Awaiting.RCPT;
                recipientsToGo = shape.recipients();
                if (!shape.pipelining()) sendRecipient(wire);
            }
            case RCPT -> {
                recipientsToGo--;
                if (recipientsToGo > 0) {
                    if (!shape.pipelining()) sendRecipient(wire);
                } else if (shape.pipelining()) {
                    awaiting = Awaiting.DATA;
                } else {
                    command(wire, DATA, Awaiting.DATA);
                }
            }
            case DATA -> sendContent(wire);
            case DOT -> acknowledged(wire);
            case QUIT -> close();
        }
    }

    private void acknowledged(Wire wire) throws IOException {
        sentOverConnection++;
        hasMessage = false;
        generator.acknowledged(id);
        if (sentOverConnection == shape.messagesPerConnection()) {
            command(wire, QUIT, Awaiting.QUIT);
        } else {
            generator.free(this);
        }
    }

    /** Says QUIT over an idle connection; the generator hears when it is closed. */
    void quit() {
        try {
            command(connection.orElseThrow(), QUIT, Awaiting.QUIT);
        } catch (IOException gone) {
            close();
        }
    }

    private void beginEnvelope(Wire wire) throws IOException {
        if (!shape.pipelining()) {
            command(wire, MAIL, Awaiting.MAIL);
            return;
        }
        commands.clear().put(MAIL);
        for (int recipient = 0; recipient < shape.recipients(); recipient++) putRecipient(recipient);
        commands.put(DATA).flip();
        writeCommands(wire);
        awaiting = Awaiting.MAIL;
    }

    private void sendRecipient(Wire wire) throws IOException {
        commands.clear();
        putRecipient(shape.recipients() - recipientsToGo);
        commands.flip();
        writeCommands(wire);
    }

    private void putRecipient(int recipient) {
        commands.put(generator.recipientHead(recipient));
        int at = commands.position();
        commands.position(at + Digits.WIDTH);
        Digits.put(commands, at, id);
        commands.put(generator.recipientTail((id * shape.recipients() + recipient) % shape.domains()));
    }

    private void command(Wire wire, byte[] line, Awaiting next) throws IOException {
        awaiting = next;
        commands.clear().put(line).flip();
        writeCommands(wire);
    }

    /** Commands go out while nothing else is under way: a socket buffer that has no room for them is broken. */
    private void writeCommands(Wire wire) throws IOException {
        wire.write(commands);
        if (wire.isPending()) throw new IOException("no room in the socket buffer for a command");
    }

    private void sendContent(Wire wire) throws IOException {
        awaiting = Awaiting.DOT;
        LoadContent.setHead(head, id);
        LoadContent.setTail(tail, id);
        out[0] = head;
        out[1] = content.middle(id);
        out[2] = tail;
        writeContent(wire);
    }

    private void writeContent(Wire wire) throws IOException {
        wire.write(out);
        watch(wire);
    }

    /** Hears of room in the socket as long as there is something to send. */
    private void watch(Wire wire) {
        int interest = wire.isPending() ? SelectionKey.OP_READ | SelectionKey.OP_WRITE : SelectionKey.OP_READ;
        SelectionKey registered = key.orElseThrow();
        if (registered.interestOps() != interest) registered.interestOps(interest);
    }

    private void fail(String why) {
        boolean lost = hasMessage;
        hasMessage = false;
        boolean leaving = awaiting == Awaiting.QUIT && !lost;
        disconnect();
        if (!leaving) generator.failed(why);
        generator.free(this);
    }

    private void close() {
        disconnect();
        generator.free(this);
    }

    /** Closes the connection without a word. */
    void disconnect() {
        connection.ifPresent(Wire::close);
        try {
            if (socket.isPresent()) socket.get().close();
        } catch (IOException alreadyGone) {
            // Nothing is left of it either way.
        }
        connection = Optional.empty();
        socket = Optional.empty();
        key = Optional.empty();
    }
}
