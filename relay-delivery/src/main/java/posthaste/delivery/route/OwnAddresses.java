package posthaste.delivery.route;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.util.Collection;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/** Knows which addresses lead back to ourselves: those that one of our listeners is bound to. */
final class OwnAddresses {
    private final Supplier<? extends Collection<InetSocketAddress>> listeners;
    private final Set<InetAddress> interfaces;

    /** Asks the system for its addresses, which takes milliseconds; later ones are not seen. */
    OwnAddresses(Supplier<? extends Collection<InetSocketAddress>> listeners) {
        this.listeners = listeners;
        this.interfaces = addressesOfInterfaces();
    }

    private static Set<InetAddress> addressesOfInterfaces() {
        try {
            return NetworkInterface.networkInterfaces()
                    .flatMap(NetworkInterface::inetAddresses)
                    .map(OwnAddresses::withoutZone)
                    .collect(Collectors.toUnmodifiableSet());
        } catch (SocketException noneToSee) {
            return Set.of();
        }
    }

    /** The zone of a link-local address is no part of what a name resolves to. */
    private static InetAddress withoutZone(InetAddress address) {
        String text = address.getHostAddress();
        int zone = text.indexOf('%');
        return zone < 0 ? address : IpLiteral.parse(text.substring(0, zone)).orElse(address);
    }

    /** Whether a connection to this address and port would reach one of our listeners. */
    boolean contains(InetAddress address, int port) {
        return listeners.get().stream()
                .anyMatch(listener -> listener.getPort() == port && reaches(address, listener.getAddress()));
    }

    private boolean reaches(InetAddress address, InetAddress bound) {
        if (bound.equals(address)) return true;
        // The unspecified address connects to this host, and a listener bound to it hears every local address.
        if (address.isAnyLocalAddress()) return bound.isLoopbackAddress() || bound.isAnyLocalAddress();
        return bound.isAnyLocalAddress() && (address.isLoopbackAddress() || interfaces.contains(address));
    }
}
