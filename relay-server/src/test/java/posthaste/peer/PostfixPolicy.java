package posthaste.peer;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * The policy server that a {@link PostfixPeer} asks at every RCPT (Postfix: SMTPD_POLICY_README): tests make a real
 * Postfix refuse or postpone.
 */
final class PostfixPolicy implements AutoCloseable {
    private static final String ACCEPT = "DUNNO";

    private final ServerSocket server;
    private final ExecutorService threads = Executors.newCachedThreadPool(PostfixPolicy::daemon);
    private final Map<String, String> refusals = new ConcurrentHashMap<>();
    private final Map<String, String> firstRefusals = new ConcurrentHashMap<>();
    private final Map<String, Integer> attempts = new ConcurrentHashMap<>();

    private PostfixPolicy(ServerSocket server) {
        this.server = server;
    }

    static PostfixPolicy start() throws IOException {
        var policy = new PostfixPolicy(new ServerSocket(0, 50, InetAddress.getLoopbackAddress()));
        policy.threads.execute(policy::accept);
        return policy;
    }

    private static Thread daemon(Runnable work) {
        Thread thread = new Thread(work, "postfix-policy");
        thread.setDaemon(true);
        return thread;
    }

    int port() {
        return server.getLocalPort();
    }

    /** Every RCPT with this recipient gets {@code reply}, such as {@code 550 5.1.1 No such user}. */
    void refuse(String recipient, String reply) {
        refusals.put(recipient, reply);
    }

    /** The first RCPT with this recipient gets {@code reply}, later ones are accepted. */
    void refuseOnce(String recipient, String reply) {
        firstRefusals.put(recipient, reply);
    }

    /** How often RCPT named this recipient. */
    int attempts(String recipient) {
        return attempts.getOrDefault(recipient, 0);
    }

    private void accept() {
        while (!server.isClosed()) {
            try {
                Socket socket = server.accept();
                threads.execute(() -> serve(socket));
            } catch (IOException closed) {
                return;
            }
        }
    }

    private void serve(Socket socket) {
        try (socket;
                var in = new BufferedReader(new InputStreamReader(socket.getInputStream(), US_ASCII))) {
            String recipient = "";
            String line;
            while ((line = in.readLine()) != null) {
                if (line.startsWith("recipient=")) recipient = line.substring("recipient=".length());
                if (!line.isEmpty()) continue;
                socket.getOutputStream().write(("action=" + actionFor(recipient) + "\n\n").getBytes(US_ASCII));
                recipient = "";
            }
        } catch (IOException gone) {
            // Postfix closed the connection; its log says why.
        }
    }

    private String actionFor(String recipient) {
        attempts.merge(recipient, 1, Integer::sum);
        String once = firstRefusals.remove(recipient);
        return once != null ? once : refusals.getOrDefault(recipient, ACCEPT);
    }

    @Override
    public void close() throws IOException {
        server.close();
        threads.shutdownNow();
    }
}
