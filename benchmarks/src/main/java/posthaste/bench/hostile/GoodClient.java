package posthaste.bench.hostile;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.net.InetAddress;
import java.time.Duration;
import java.util.Base64;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import posthaste.bench.hostile.Target.Connection;

/**
 * A client that means well: sends a message every so often, each over a connection of its own, in the clear and by TLS
 * with a login in turn. Runs beside an attack on a thread of its own.
 */
final class GoodClient implements AutoCloseable {
    static final String USER = "good";
    static final String PASSWORD = "only-for-this-test";

    private static final Duration PACE = Duration.ofMillis(100);

    private final Target target;
    private final Thread thread;
    private volatile boolean ending;

    // Written by the thread, read when it has ended.
    private int served;
    private long worstNanos;
    private Optional<String> failure = Optional.empty();

    /**
     * How it was served.
     *
     * @param messages answered 250
     * @param worst time that one message took, from the connection to the answer to QUIT
     * @param failure what went wrong first, if anything did
     */
    record Served(int messages, Duration worst, Optional<String> failure) {}

    GoodClient(Target target) {
        this.target = target;
        thread = new Thread(this::run, "good-client");
        thread.start();
    }

    private void run() {
        for (int i = 0; !ending; i++) {
            long began = System.nanoTime();
            try {
                send(i % 2 == 1);
                served++;
            } catch (IOException refused) {
                if (failure.isEmpty()) failure = Optional.of("message " + i + ": " + refused.getMessage());
            }
            worstNanos = Math.max(worstNanos, System.nanoTime() - began);
            LockSupport.parkNanos(Math.max(1, PACE.toNanos() - (System.nanoTime() - began)));
        }
    }

    private void send(boolean tls) throws IOException {
        try (Connection connection = target.connect(InetAddress.getLoopbackAddress())) {
            expect(220, connection.reply(), "greeting");
            if (tls) {
                connection.startTls(target.tls());
                expect(250, connection.command("EHLO good.test"), "EHLO");
                String response = "\0" + USER + "\0" + PASSWORD;
                String base64 = Base64.getEncoder().encodeToString(response.getBytes(UTF_8));
                expect(235, connection.command("AUTH PLAIN " + base64), "AUTH");
            } else {
                expect(250, connection.command("EHLO good.test"), "EHLO");
            }
            expect(250, connection.command("MAIL FROM:<a@good.test>"), "MAIL");
            expect(250, connection.command("RCPT TO:<b@dest.test>"), "RCPT");
            expect(354, connection.command("DATA"), "DATA");
            expect(250, connection.command("Subject: hello\r\n\r\nHello\r\n."), "the message");
            expect(221, connection.command("QUIT"), "QUIT");
        }
    }

    private static void expect(int wanted, int code, String command) throws IOException {
        if (code != wanted) throw new IOException(command + " was answered " + code);
    }

    /** Ends it, and tells how it went. */
    Served end() throws InterruptedException {
        ending = true;
        thread.join();
        return new Served(served, Duration.ofNanos(worstNanos), failure);
    }

    @Override
    public void close() {
        ending = true;
    }
}
