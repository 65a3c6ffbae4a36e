package posthaste.server.tls;

import java.util.Optional;
import javax.net.ssl.SSLSession;
import posthaste.server.auth.ChannelBinding;

/** What one handshake came to. Immutable. */
public final class TlsFacts {
    private final String protocol;
    private final String cipher;
    private final Optional<ClientCertificate> client;
    private final Shown shown;
    private final SSLSession session;

    TlsFacts(SSLSession session, Shown shown, Optional<ClientCertificate> client) {
        this.protocol = session.getProtocol();
        this.cipher = session.getCipherSuite();
        this.session = session;
        this.shown = shown;
        this.client = client;
    }

    /** Such as {@code TLSv1.3}. */
    public String protocol() {
        return protocol;
    }

    /** The name that IANA gave it. */
    public String cipher() {
        return cipher;
    }

    /** The certificate of the client, where it was asked for one and has one. */
    public Optional<ClientCertificate> client() {
        return client;
    }

    /** The channel binding {@code tls-server-end-point} to what we showed (RFC 5929 §4), where it has one. */
    public Optional<ChannelBinding> serverEndPoint() {
        return shown.binding();
    }

    /** The channel binding {@code tls-exporter} (RFC 9266); empty where the engine does not tell, or on TLS 1.2. */
    public Optional<byte[]> exporter() {
        return KeyExporter.export(session);
    }
}
