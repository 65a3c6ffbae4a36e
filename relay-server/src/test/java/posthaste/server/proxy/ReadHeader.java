package posthaste.server.proxy;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Keeps what it is told of a header. */
final class ReadHeader implements ProxyHeader.Receiver {
    private final List<String> told = new ArrayList<>();

    @Override
    public void proxied(Optional<InetAddress> client) {
        told.add(client.stream().toList().toString());
    }

    @Override
    public void notProxied(String reason) {
        told.add("refused: " + reason);
    }

    /** Told once, as a rule. */
    @Override
    public String toString() {
        return told.isEmpty() ? "nothing" : String.join(", ", told);
    }
}
