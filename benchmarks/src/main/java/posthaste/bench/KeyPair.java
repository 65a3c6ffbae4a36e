package posthaste.bench;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/**
 * A certificate that signs itself and its key, made by OpenSSL for one series of runs: P-256, as authorities issue today.
 *
 * @param certificate PEM
 * @param key PEM, PKCS #8
 */
record KeyPair(Path certificate, Path key) {
    private static final Duration LIMIT = Duration.ofSeconds(30);

    static KeyPair make(Path directory) throws IOException {
        var pair = new KeyPair(directory.resolve("cert.pem"), directory.resolve("key.pem"));
        Tool openssl = Tool.run(
                LIMIT,
                List.of(
                        "openssl",
                        "req",
                        "-x509",
                        "-newkey",
                        "ec",
                        "-pkeyopt",
                        "ec_paramgen_curve:prime256v1",
                        "-nodes",
                        "-days",
                        "2",
                        "-subj",
                        "/CN=relay.test",
                        "-addext",
                        "subjectAltName=DNS:relay.test",
                        "-keyout",
                        pair.key.toString(),
                        "-out",
                        pair.certificate.toString()));
        if (openssl.exit() != 0) throw new IOException("openssl req: " + openssl.output());
        return pair;
    }
}
