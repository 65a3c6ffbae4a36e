package posthaste.server.smtp;

import java.net.InetAddress;
import java.util.Optional;
import posthaste.server.tls.ClientCertificate;
import posthaste.server.tls.TlsFacts;

/**
 * What a connection has proved of its client, beside what the client says.
 *
 * @param address where it comes from
 * @param tls what the handshake came to, where there was one
 */
record Proof(InetAddress address, Optional<TlsFacts> tls) {

    static Proof of(InetAddress address) {
        return new Proof(address, Optional.empty());
    }

    Proof secured(TlsFacts facts) {
        return new Proof(address, Optional.of(facts));
    }

    Optional<ClientCertificate> certificate() {
        return tls.flatMap(TlsFacts::client);
    }
}
