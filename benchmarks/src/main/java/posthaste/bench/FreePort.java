package posthaste.bench;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.concurrent.ThreadLocalRandom;

/** A port for a server that has to come back at the same place. */
final class FreePort {
    private static final int LEAST = 10_000;

    /** Linux gives clients ports from 32,768 on: one of them could take the port while the server is away. */
    private static final int END = 32_000;

    private static final int TRIES_MAX = 100;

    private FreePort() {}

    /** One on 127.0.0.1 that nobody has at this moment and that the system gives to no client. */
    static int belowThoseOfClients() throws IOException {
        for (int i = 0; i < TRIES_MAX; i++) {
            int port = ThreadLocalRandom.current().nextInt(LEAST, END);
            try (ServerSocket probe = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
                return probe.getLocalPort();
            } catch (IOException taken) {
                // Another one.
            }
        }
        throw new IOException("no free port between " + LEAST + " and " + END + " on 127.0.0.1");
    }
}
