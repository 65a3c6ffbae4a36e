package posthaste.server.tls;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * The {@code [tls]} section.
 *
 * @param certificate what clients are shown that name no host, or none of {@code names}; empty: there is no TLS
 * @param names what clients are shown that ask for a host (SNI, RFC 6066 §3)
 * @param tls12 whether TLS 1.2 is spoken beside TLS 1.3
 * @param clientCertificates whether clients are asked for a certificate; none is needed
 * @param clientAuthorities PEM file of the authorities whose client certificates are believed to name their owner
 * @param engine what does the work
 */
public record TlsConfig(
        Optional<KeyPair> certificate,
        List<Named> names,
        boolean tls12,
        boolean clientCertificates,
        Optional<Path> clientAuthorities,
        Engine engine) {

    /** No TLS. */
    public static final TlsConfig NONE =
            new TlsConfig(Optional.empty(), List.of(), true, false, Optional.empty(), Engine.AUTO);

    /** What does the work. */
    public enum Engine {
        /** OpenSSL where its native library can be loaded, the JDK otherwise. */
        AUTO,
        /** BoringSSL by netty-tcnative. */
        OPENSSL,
        JDK
    }

    /**
     * Two PEM files.
     *
     * @param certificate the certificate, then those that signed it
     * @param privateKey PKCS #8, without a password
     */
    public record KeyPair(Path certificate, Path privateKey) {}

    /**
     * What is shown to a client that asks for {@code name}.
     *
     * @param name a host name in lower case; {@code *.} at its beginning stands for one label
     */
    public record Named(String name, KeyPair keyPair) {}

    public TlsConfig {
        names = List.copyOf(names);
    }
}
