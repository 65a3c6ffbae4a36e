package posthaste.server.tls;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.Date;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.cert.X509v3CertificateBuilder;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.jce.provider.BouncyCastleProvider;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/** Signs certificates of servers and clients, and makes clients that believe it. */
public final class TestAuthority {
    private static final Duration VALID = Duration.ofDays(2);
    private static final char[] NO_PASSWORD = {};
    private static final String NAME = "CN=Test Authority";

    private final AtomicLong serial = new AtomicLong(1);
    private final KeyPair keys = keys();
    private final X509Certificate certificate;

    /** A certificate and its key. */
    public record Issued(X509Certificate certificate, KeyPair keys) {}

    public TestAuthority() {
        certificate = signed(NAME, keys, keys, NAME, true, "");
    }

    private static KeyPair keys() {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
            generator.initialize(new ECGenParameterSpec("secp256r1"));
            return generator.generateKeyPair();
        } catch (GeneralSecurityException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    public Issued issue(String name) {
        KeyPair own = keys();
        return new Issued(signed(NAME, keys, own, "CN=" + name, false, name), own);
    }

    /** One whose key is of the kind Ed25519. */
    public Issued edwards(String name) {
        try {
            KeyPair own = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
            return new Issued(signed(NAME, keys, own, "CN=" + name, false, name), own);
        } catch (GeneralSecurityException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    /** One with a critical extension that the JDK cannot read, and so not the certificate either. */
    public Issued unreadable(String name) {
        KeyPair own = keys();
        var extension = new Extension(Extension.extendedKeyUsage, true, "no DER".getBytes(US_ASCII));
        return new Issued(signed(NAME, keys, own, "CN=" + name, false, name, extension), own);
    }

    /** What anybody can make: it is signed by its own key. */
    public Issued selfSigned(String name) {
        KeyPair own = keys();
        return new Issued(signed("CN=" + name, own, own, "CN=" + name, false, name), own);
    }

    private X509Certificate signed(
            String issuer,
            KeyPair signing,
            KeyPair owner,
            String subject,
            boolean authority,
            String name,
            Extension... more) {
        Instant now = Instant.now();
        try {
            X509v3CertificateBuilder builder = new JcaX509v3CertificateBuilder(
                    new X500Name(issuer),
                    BigInteger.valueOf(serial.getAndIncrement()),
                    Date.from(now.minus(VALID)),
                    Date.from(now.plus(VALID)),
                    new X500Name(subject),
                    owner.getPublic());
            builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(authority));
            if (!name.isEmpty()) {
                var names = new GeneralNames(new GeneralName(GeneralName.dNSName, name));
                builder.addExtension(Extension.subjectAlternativeName, false, names);
            }
            for (Extension each : more) builder.addExtension(each);
            var signer = new JcaContentSignerBuilder("SHA256withECDSA").build(signing.getPrivate());
            var converter = new JcaX509CertificateConverter();
            if (more.length > 0) converter.setProvider(new BouncyCastleProvider()); // it reads what the JDK does not
            return converter.getCertificate(builder.build(signer));
        } catch (GeneralSecurityException | OperatorCreationException | IOException failure) {
            throw new IllegalStateException(failure);
        }
    }

    /** Writes a certificate and its key to files. */
    public TlsConfig.KeyPair write(Path directory, Issued issued) {
        String name = issued.certificate().getSerialNumber() + ".pem";
        var files = new TlsConfig.KeyPair(directory.resolve("cert-" + name), directory.resolve("key-" + name));
        write(files, issued);
        return files;
    }

    public void write(TlsConfig.KeyPair files, Issued issued) {
        try {
            Files.writeString(
                    files.certificate(), pem("CERTIFICATE", issued.certificate().getEncoded()));
            Files.writeString(
                    files.privateKey(),
                    pem("PRIVATE KEY", issued.keys().getPrivate().getEncoded()));
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        } catch (GeneralSecurityException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    /** Its own certificate, in a file. */
    public Path write(Path directory) {
        try {
            return Files.writeString(directory.resolve("authority.pem"), pem("CERTIFICATE", certificate.getEncoded()));
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        } catch (GeneralSecurityException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    private static String pem(String kind, byte[] octets) {
        String text = new String(Base64.getMimeEncoder(64, new byte[] {'\n'}).encode(octets), US_ASCII);
        return "-----BEGIN " + kind + "-----\n" + text + "\n-----END " + kind + "-----\n";
    }

    /** For clients that believe it. */
    public SSLContext client() {
        return client(Stream.empty());
    }

    /** For a client that shows this certificate, and others behind it, whether they belong there or not. */
    public SSLContext client(Issued own, X509Certificate... behind) {
        return client(Stream.of(keyManagers(own, behind)));
    }

    private SSLContext client(Stream<KeyManager> own) {
        try {
            KeyStore trusted = store("PKCS12");
            trusted.setCertificateEntry("authority", certificate);
            var trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            trust.init(trusted);
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(own.toArray(KeyManager[]::new), trust.getTrustManagers(), null);
            return context;
        } catch (GeneralSecurityException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    private static KeyManager[] keyManagers(Issued own, X509Certificate... behind) {
        try {
            // The other kind of store takes a chain in order alone.
            KeyStore store = store("JKS");
            Certificate[] chain = Stream.concat(Stream.of(own.certificate()), Stream.of(behind))
                    .toArray(Certificate[]::new);
            store.setKeyEntry("own", own.keys().getPrivate(), NO_PASSWORD, chain);
            var managers = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
            managers.init(store, NO_PASSWORD);
            return managers.getKeyManagers();
        } catch (GeneralSecurityException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    private static KeyStore store(String kind) {
        try {
            KeyStore store = KeyStore.getInstance(kind);
            store.load(null, NO_PASSWORD);
            return store;
        } catch (GeneralSecurityException | IOException impossible) {
            throw new IllegalStateException(impossible);
        }
    }
}
