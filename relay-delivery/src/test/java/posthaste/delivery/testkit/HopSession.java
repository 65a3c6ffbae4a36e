package posthaste.delivery.testkit;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** One connection to a {@link ScriptedHop}, on a thread of its own. */
public final class HopSession implements Runnable {
    private static final byte[] DOT_LINE = ".\r\n".getBytes(ISO_8859_1);
    private static final int NO_REPLY = 0;

    private final ScriptedHop hop;
    private final int number;
    private final Socket socket;
    private final HopInput in;
    private final OutputStream out;
    private final ByteArrayOutputStream unsent = new ByteArrayOutputStream();

    private boolean ended;
    private String helo = "";
    private String mail = "";
    private final List<String> recipients = new ArrayList<>();
    private String normalReply = "";
    private int lastCode;

    HopSession(ScriptedHop hop, int number, Socket socket) throws IOException {
        this.hop = hop;
        this.number = number;
        this.socket = socket;
        this.in = new HopInput(socket);
        this.out = socket.getOutputStream();
    }

    @Override
    public void run() {
        try (socket) {
            socket.setTcpNoDelay(true);
            at(Step.GREETING, "", "220 hop.test ESMTP");
            while (!ended) {
                if (in.isEmpty()) flush();
                command(text(in.line()));
            }
        } catch (IOException gone) {
            ended = true; // the client left, or a move failed
        } finally {
            hop.ended();
        }
    }

    private static String text(byte[] line) {
        return new String(line, ISO_8859_1).stripTrailing();
    }

    private void command(String line) throws IOException {
        hop.heard(number, line);
        String verb = line.split("[ :]", 2)[0].toUpperCase(Locale.ROOT);
        switch (verb) {
            case "EHLO" -> hello(Step.EHLO, line, hop.ehloReply());
            case "HELO" -> hello(Step.HELO, line, "250 hop.test");
            case "MAIL" -> mail(line);
            case "RCPT" -> rcpt(line);
            case "DATA" -> data(line);
            case "BDAT" -> bdat(line);
            case "RSET" -> {
                forget();
                at(Step.RSET, line, "250 2.0.0 Ok");
            }
            case "QUIT" -> {
                at(Step.QUIT, line, "221 2.0.0 Bye");
                flush();
                ended = lastCode == 221;
            }
            default -> at(Step.OTHER, line, "500 5.5.2 What?");
        }
    }

    private void hello(Step step, String line, String normal) throws IOException {
        forget();
        at(step, line, normal);
        if (isPositive()) helo = line;
    }

    private void mail(String line) throws IOException {
        boolean inOrder = !helo.isEmpty() && mail.isEmpty();
        at(Step.MAIL, line, inOrder ? "250 2.1.0 Ok" : "503 5.5.1 Bad sequence");
        if (isPositive()) mail = line;
    }

    private void rcpt(String line) throws IOException {
        at(Step.RCPT, line, mail.isEmpty() ? "503 5.5.1 Bad sequence" : "250 2.1.5 Ok");
        if (isPositive()) recipients.add(line);
    }

    private void data(String line) throws IOException {
        String refusal = mail.isEmpty() ? "503 5.5.1 Bad sequence" : "554 5.5.1 No valid recipients";
        at(Step.DATA, line, recipients.isEmpty() ? refusal : "354 Go ahead");
        if (lastCode != 354) return;
        flush();
        var raw = new ByteArrayOutputStream();
        var content = new ByteArrayOutputStream();
        boolean first = true;
        for (byte[] next = in.line(); !Arrays.equals(next, DOT_LINE); next = in.line()) {
            raw.write(next);
            content.write(next, next[0] == '.' ? 1 : 0, next[0] == '.' ? next.length - 1 : next.length);
            if (first) at(Step.BODY, "", "");
            first = false;
            if (ended) return;
        }
        raw.write(DOT_LINE);
        var received = new ScriptedHop.Received(
                number, helo, mail, List.copyOf(recipients), raw.toByteArray(), content.toByteArray());
        hop.dotArrived(received);
        at(Step.DOT, "", recipients.isEmpty() ? "554 5.5.1 No valid recipients" : "250 2.0.0 Ok " + hop.nextId());
        if (isPositive()) hop.accepted(received);
        forget();
    }

    /** A chunk is taken whatever is said of it (RFC 3030 §2); this host takes one that is the last. */
    private void bdat(String line) throws IOException {
        String[] words = line.split(" ", -1);
        byte[] octets = in.octets(Integer.parseInt(words[1]));
        var received = new ScriptedHop.Received(number, helo, mail, List.copyOf(recipients), octets, octets);
        boolean inOrder = !recipients.isEmpty() && words.length == 3 && words[2].equals("LAST");
        hop.dotArrived(received);
        at(Step.DOT, line, inOrder ? "250 2.0.0 Ok " + hop.nextId() : "503 5.5.1 Bad sequence");
        if (isPositive()) hop.accepted(received);
        forget();
    }

    private void forget() {
        mail = "";
        recipients.clear();
    }

    private boolean isPositive() {
        return lastCode >= 200 && lastCode < 300;
    }

    private void at(Step step, String line, String normal) throws IOException {
        normalReply = normal;
        lastCode = NO_REPLY;
        for (Move move : hop.movesAt(step, line)) {
            if (!ended) move.run(this);
        }
    }

    void replyNormally() throws IOException {
        if (!normalReply.isEmpty()) reply(normalReply);
    }

    void reply(String lines) throws IOException {
        lastCode = Integer.parseInt(lines.substring(0, 3));
        unsent.write((lines.replace("\n", "\r\n") + "\r\n").getBytes(ISO_8859_1));
        if (hop.isDribbling()) flush();
    }

    void raw(byte[] octets) throws IOException {
        unsent.write(octets);
        flush();
    }

    void flush() throws IOException {
        byte[] octets = unsent.toByteArray();
        unsent.reset();
        if (hop.isDribbling()) {
            for (byte octet : octets) out.write(octet);
        } else if (octets.length > 0) {
            out.write(octets);
        }
    }

    void awaitInput(String text) throws IOException {
        flush();
        in.await(text);
    }

    void expectQuiet(Duration time) throws IOException {
        flush();
        if (in.arrivesWithin(time)) hop.intruded();
    }

    void close() throws IOException {
        flush();
        ended = true;
        socket.close();
    }

    void reset() throws IOException {
        flush();
        ended = true;
        socket.setSoLinger(true, 0);
        socket.close();
    }

    void shutOutput() throws IOException {
        flush();
        socket.shutdownOutput();
    }

    void stopReading() throws IOException {
        flush();
        ended = true;
        hop.awaitEnd();
    }
}
