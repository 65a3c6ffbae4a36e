package posthaste.server.smtp;

import java.net.InetAddress;
import java.util.Optional;
import posthaste.server.auth.ChannelBinding;
import posthaste.server.auth.Login;
import posthaste.server.auth.SaslContext;
import posthaste.server.tls.ClientCertificate;
import posthaste.server.tls.TlsFacts;

/**
 * What a connection has proved of its client, beside what the client says.
 *
 * @param address where it comes from
 * @param tls what the handshake came to, where there was one
 * @param login who it is, where it has authenticated
 */
record Proof(InetAddress address, Optional<TlsFacts> tls, Optional<Login> login) {

    static Proof of(InetAddress address) {
        return new Proof(address, Optional.empty(), Optional.empty());
    }

    /** Nothing that was proved in the clear counts any more (RFC 3207 §4.2). */
    Proof secured(TlsFacts facts) {
        return new Proof(address, Optional.of(facts), Optional.empty());
    }

    Proof authenticated(Login as) {
        return new Proof(address, tls, Optional.of(as));
    }

    Optional<ClientCertificate> certificate() {
        return tls.flatMap(TlsFacts::client);
    }

    /** What SASL needs to know of the connection. */
    SaslContext sasl() {
        return new SaslContext(
                address,
                tls.isPresent(),
                tls.flatMap(facts -> ChannelBinding.serverEndPoint(facts.shown())),
                tls.flatMap(TlsFacts::exporter).map(ChannelBinding::exporter));
    }
}
