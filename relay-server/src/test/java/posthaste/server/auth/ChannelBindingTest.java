package posthaste.server.auth;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.File;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.MessageDigest;
import java.security.cert.X509Certificate;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Bindings to certificates of every kind that keytool makes. */
class ChannelBindingTest {
    private static final String SECRET = "not a secret";
    private static final long SECONDS_MAX = 60;

    @TempDir
    private Path directory = Path.of("");

    private X509Certificate certificate(String keys, String signature) throws Exception {
        Path store = directory.resolve("store.p12");
        Process keytool = new ProcessBuilder(
                        System.getProperty("java.home") + File.separator + "bin" + File.separator + "keytool",
                        "-genkeypair",
                        "-alias",
                        "relay",
                        "-keyalg",
                        keys,
                        "-sigalg",
                        signature,
                        "-dname",
                        "CN=relay.example.org",
                        "-keystore",
                        store.toString(),
                        "-storepass",
                        SECRET)
                .redirectErrorStream(true)
                .redirectOutput(directory.resolve("keytool.log").toFile())
                .start();
        assertThat(keytool.waitFor(SECONDS_MAX, TimeUnit.SECONDS)).isTrue();
        KeyStore keystore = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(store)) {
            keystore.load(in, SECRET.toCharArray());
        }
        return (X509Certificate) keystore.getCertificate("relay");
    }

    @ParameterizedTest
    @CsvSource({
        "RSA, SHA256withRSA,   SHA-256",
        "RSA, SHA384withRSA,   SHA-384",
        "RSA, SHA1withRSA,     SHA-256",
        "EC,  SHA512withECDSA, SHA-512"
    })
    void aCertificateIsHashedAsItsSignatureIs(String keys, String signature, String hash) throws Exception {
        X509Certificate certificate = certificate(keys, signature);

        ChannelBinding binding = ChannelBinding.serverEndPoint(certificate).orElseThrow();

        assertThat(binding.type()).isEqualTo("tls-server-end-point");
        assertThat(binding.data()).isEqualTo(MessageDigest.getInstance(hash).digest(certificate.getEncoded()));
    }

    @Test
    void aSignatureWithoutAHashFunctionOfItsOwnHasNoBinding() throws Exception {
        assertThat(ChannelBinding.serverEndPoint(certificate("Ed25519", "Ed25519")))
                .isEmpty();
    }

    @Test
    void keyingMaterialHas32Octets() {
        byte[] material = "32 octets of keying material ...".getBytes(US_ASCII);

        ChannelBinding binding = ChannelBinding.exporter(material);
        material[0] = 0;

        assertThat(binding.type()).isEqualTo("tls-exporter");
        assertThat(new String(binding.data(), US_ASCII)).isEqualTo("32 octets of keying material ...");
        assertThatThrownBy(() -> ChannelBinding.exporter(new byte[31])).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void withoutTlsThereIsNothingToBindTo() {
        var binding = Optional.of(ChannelBinding.exporter(new byte[32]));

        assertThat(new SaslContext(AuthFixture.HERE, false, Optional.empty(), binding).canBind())
                .isFalse();
        assertThat(new SaslContext(AuthFixture.HERE, true, Optional.empty(), binding).canBind())
                .isTrue();
    }
}
