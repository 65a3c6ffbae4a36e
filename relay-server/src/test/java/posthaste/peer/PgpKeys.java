package posthaste.peer;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** A key pair of GnuPG in a directory of its own, thrown away with it. */
final class PgpKeys implements AutoCloseable {
    private final Path home;

    private PgpKeys(Path home) {
        this.home = home;
    }

    static PgpKeys create(String owner) throws IOException {
        // Not below another directory: the path of the agent's socket must stay short.
        var keys = new PgpKeys(Files.createTempDirectory("gpg"));
        keys.gpg("--passphrase", "", "--quick-generate-key", owner, "ed25519", "sign", "2d");
        return keys;
    }

    /** A detached signature, armored, CRLF line ends. */
    String signatureOf(byte[] content) throws IOException {
        Path file = Files.write(home.resolve("signed"), content);
        Path signature = home.resolve("made.asc");
        gpg("--armor", "--digest-algo", "SHA512", "--output", signature.toString(), "--detach-sign", file.toString());
        return Files.readString(signature, US_ASCII).replace("\n", "\r\n");
    }

    /** Fails unless {@code signature} is good for {@code content}. */
    void verify(byte[] content, String signature) throws IOException {
        Path file = Files.write(home.resolve("arrived"), content);
        Path detached = Files.writeString(home.resolve("arrived.asc"), signature, US_ASCII);
        gpg("--verify", detached.toString(), file.toString());
    }

    private void gpg(String... arguments) throws IOException {
        var command = new ArrayList<>(List.of("gpg", "--batch", "--yes", "--pinentry-mode", "loopback"));
        command.addAll(List.of(arguments));
        Programs.run(environment(), command, "").orFail();
    }

    private Map<String, String> environment() {
        return Map.of("GNUPGHOME", home.toString());
    }

    @Override
    public void close() throws IOException {
        Programs.run(environment(), List.of("gpgconf", "--kill", "all"), "");
        try (Stream<Path> files = Files.walk(home)) {
            for (Path each : files.sorted(Comparator.reverseOrder()).toList()) Files.deleteIfExists(each);
        }
    }
}
