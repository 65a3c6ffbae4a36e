package posthaste.server.tls;

import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.cert.X509Certificate;
import java.util.Locale;
import java.util.Optional;
import javax.net.ssl.SSLSession;

/** What one handshake came to. Immutable. */
public final class TlsFacts {
    private final String protocol;
    private final String cipher;
    private final Optional<ClientCertificate> client;
    private final X509Certificate shown;
    private final SSLSession session;

    TlsFacts(SSLSession session, X509Certificate shown, Optional<ClientCertificate> client) {
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

    /** The channel binding {@code tls-server-end-point} (RFC 5929 §4): a digest of the certificate we showed. */
    public byte[] serverEndPoint() {
        String signature = shown.getSigAlgName().toUpperCase(Locale.ROOT);
        String digest = signature.contains("SHA384") ? "SHA-384" : signature.contains("SHA512") ? "SHA-512" : "SHA-256";
        try {
            return MessageDigest.getInstance(digest).digest(shown.getEncoded());
        } catch (GeneralSecurityException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    /** The channel binding {@code tls-exporter} (RFC 9266); empty where the engine does not tell, or on TLS 1.2. */
    public Optional<byte[]> exporter() {
        return KeyExporter.export(session);
    }
}
