package posthaste.server.tls;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A certificate with its chain and its private key, read from PEM files (RFC 7468) and found to belong together.
 *
 * @param chain the certificate first
 */
record Credentials(List<X509Certificate> chain, PrivateKey key) {
    /** No chain and no bundle of authorities is larger. */
    private static final long FILE_BYTES_MAX = 4 << 20;

    private static final Pattern PRIVATE_KEY =
            Pattern.compile("-----BEGIN PRIVATE KEY-----([^-]+)-----END PRIVATE KEY-----");

    private static final List<String> KEY_ALGORITHMS = List.of("RSA", "EC", "Ed25519");

    Credentials {
        chain = List.copyOf(chain);
    }

    /** Blocks. */
    static Credentials read(TlsConfig.KeyPair files) throws TlsProblem {
        List<X509Certificate> chain = certificates(files.certificate());
        PrivateKey key = privateKey(files.privateKey());
        if (!fit(chain.get(0), key)) {
            throw new TlsProblem(
                    "%s is not the private key of the first certificate in %s; give the two that belong together"
                            .formatted(files.privateKey(), files.certificate()));
        }
        return new Credentials(chain, key);
    }

    /** Whether the key is one of those that BoringSSL refuses: Ed25519, by the name that the JDK has for its kind. */
    boolean isForJdkAlone() {
        return key.getAlgorithm().equals("EdDSA");
    }

    /** All certificates of a PEM file, at least one. Blocks. */
    static List<X509Certificate> certificates(Path file) throws TlsProblem {
        try {
            var read = CertificateFactory.getInstance("X.509")
                    .generateCertificates(new ByteArrayInputStream(octets(file)));
            if (!read.isEmpty())
                return read.stream().map(X509Certificate.class::cast).toList();
        } catch (CertificateException notCertificates) {
            // The sentence below is what there is to say.
        }
        throw new TlsProblem(file + " holds no certificate; it must be PEM text, -----BEGIN CERTIFICATE-----");
    }

    private static PrivateKey privateKey(Path file) throws TlsProblem {
        Matcher pem = PRIVATE_KEY.matcher(new String(octets(file), ISO_8859_1));
        if (!pem.find()) {
            throw new TlsProblem(file + " holds no private key in PKCS #8 without a password;"
                    + " openssl pkcs8 -topk8 -nocrypt -in OLD -out NEW makes one of any other");
        }
        var spec = new PKCS8EncodedKeySpec(decoded(file, pem.group(1)));
        for (String algorithm : KEY_ALGORITHMS) {
            try {
                return KeyFactory.getInstance(algorithm).generatePrivate(spec);
            } catch (InvalidKeySpecException another) {
                // The next one.
            } catch (GeneralSecurityException unknown) {
                throw new IllegalStateException(unknown);
            }
        }
        throw new TlsProblem(file + " holds a private key that is damaged or of an unknown kind; use one of RSA or EC");
    }

    private static byte[] decoded(Path file, String base64) throws TlsProblem {
        try {
            return Base64.getMimeDecoder().decode(base64);
        } catch (IllegalArgumentException cut) {
            throw new TlsProblem(file + " holds a private key that is damaged; copy the file anew, the whole of it");
        }
    }

    private static byte[] octets(Path file) throws TlsProblem {
        try {
            if (Files.size(file) <= FILE_BYTES_MAX) return Files.readAllBytes(file);
            throw new TlsProblem(
                    file + " is larger than a file of certificates can be (4 MiB); is this the right file?");
        } catch (NoSuchFileException missing) {
            throw new TlsProblem(file + ": no such file");
        } catch (AccessDeniedException denied) {
            throw new TlsProblem(file + ": permission denied; make it readable for the user of the relay");
        } catch (IOException failure) {
            throw new TlsProblem(file + " cannot be read: " + failure);
        }
    }

    private static boolean fit(X509Certificate certificate, PrivateKey key) {
        if (!certificate.getPublicKey().getAlgorithm().equals(key.getAlgorithm())) return false;
        String algorithm = switch (key.getAlgorithm()) {
            case "RSA" -> "SHA256withRSA";
            case "EC" -> "SHA256withECDSA";
            default -> "EdDSA";
        };
        try {
            byte[] sample = certificate.getSerialNumber().toByteArray();
            Signature signature = Signature.getInstance(algorithm);
            signature.initSign(key);
            signature.update(sample);
            byte[] signed = signature.sign();
            signature.initVerify(certificate.getPublicKey());
            signature.update(sample);
            return signature.verify(signed);
        } catch (GeneralSecurityException unfit) {
            return false;
        }
    }
}
