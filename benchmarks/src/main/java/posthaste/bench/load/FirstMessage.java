package posthaste.bench.load;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.OptionalLong;

/**
 * Knocks at a relay that is starting until it takes a message: what its clients see of a restart. Tries anew every
 * {@value #PAUSE_MILLIS} ms, whatever goes wrong. One thread, the caller's, does it with blocking sockets; the port must
 * not be one that the system gives to clients, or a try may connect to itself.
 */
public final class FirstMessage {
    private static final long PAUSE_MILLIS = 2;
    private static final long NANOS_PER_MILLI = 1_000_000;
    private static final String CLIENT = "client.test";

    private final InetSocketAddress relay;
    private final LoadShape shape;
    private final LoadContent content;
    private final MessageLedger ledger;

    /** @param shape names the recipients; nothing else of it matters here */
    public FirstMessage(InetSocketAddress relay, LoadShape shape, LoadContent content, MessageLedger ledger) {
        this.relay = relay;
        this.shape = shape;
        this.content = content;
        this.ledger = ledger;
    }

    /**
     * When it was taken, by {@link System#nanoTime}.
     *
     * @param greetedNanos the first 220 was read
     * @param acceptedNanos the first 250 behind a final dot was read
     * @param id of that message in the ledger
     */
    public record Taken(long greetedNanos, long acceptedNanos, long id) {}

    /** @throws IOException where no message was taken within {@code limit}; says what happened last */
    public Taken send(Duration limit) throws IOException, InterruptedException {
        long deadline = System.nanoTime() + limit.toNanos();
        OptionalLong greeted = OptionalLong.empty();
        String last = "not tried";
        while (System.nanoTime() < deadline) {
            try (Socket socket = new Socket()) {
                int left = (int) ((deadline - System.nanoTime()) / NANOS_PER_MILLI) + 1;
                socket.connect(relay, left);
                socket.setSoTimeout(left);
                socket.setTcpNoDelay(true);
                Dialogue dialogue = Dialogue.over(socket);
                dialogue.expect(220);
                if (greeted.isEmpty()) greeted = OptionalLong.of(System.nanoTime());
                long id = transact(dialogue);
                return new Taken(greeted.getAsLong(), ledger.acknowledgedNanos(id), id);
            } catch (IOException notYet) {
                last = String.valueOf(notYet.getMessage());
            }
            Thread.sleep(PAUSE_MILLIS); // bounded by the deadline
        }
        throw new IOException("the relay at " + relay + " took no message within " + limit + "; the last try: " + last);
    }

    /** One message; each try has an id of its own, so that one whose 250 was cut off is not sent twice. */
    private long transact(Dialogue dialogue) throws IOException {
        dialogue.command("EHLO " + CLIENT, 250);
        dialogue.command("MAIL FROM:<load@" + CLIENT + ">", 250);
        long id = ledger.open(System.nanoTime(), shape.recipients());
        for (int recipient = 0; recipient < shape.recipients(); recipient++) {
            dialogue.command("RCPT TO:<" + shape.recipient(id, recipient) + ">", 250);
        }
        dialogue.command("DATA", 354);
        dialogue.write(content.wire(id));
        dialogue.expect(250);
        ledger.acknowledged(id, System.nanoTime());
        return id;
    }

    /** Commands and replies, one after the other. */
    private record Dialogue(Socket socket, BufferedReader in) {

        static Dialogue over(Socket socket) throws IOException {
            return new Dialogue(socket, new BufferedReader(new InputStreamReader(socket.getInputStream(), ISO_8859_1)));
        }

        void write(byte[] octets) throws IOException {
            socket.getOutputStream().write(octets);
        }

        void command(String line, int code) throws IOException {
            write((line + "\r\n").getBytes(US_ASCII));
            expect(code);
        }

        /** Reads one reply to its last line. */
        void expect(int code) throws IOException {
            String line = in.readLine();
            while (line != null && line.length() > 3 && line.charAt(3) == '-') line = in.readLine();
            if (line == null) throw new IOException("the connection ended where " + code + " was due");
            if (!line.startsWith(Integer.toString(code))) {
                throw new IOException("answered where " + code + " was due: " + line);
            }
        }
    }
}
