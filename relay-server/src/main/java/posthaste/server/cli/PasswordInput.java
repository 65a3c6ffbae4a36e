package posthaste.server.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.lang.ProcessBuilder.Redirect;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.util.Optional;

/**
 * Reads a password: one line of standard input. On a terminal it asks, twice, and nothing that is typed is shown. The
 * console of the JDK would not do: it is missing where standard output goes to a file, and then passwords would show.
 */
final class PasswordInput {
    private static final int OCTETS_MAX = 4096;

    private final InputStream in;
    private final PrintWriter err;

    /** @param err where the questions go: standard output has the table */
    PasswordInput(InputStream in, PrintWriter err) {
        this.in = in;
        this.err = err;
    }

    /** @throws IllegalArgumentException saying what is wrong */
    String read() throws IOException {
        if (!stty("-echo")) return line();
        Thread restoring = new Thread(() -> stty("echo"), "echo");
        Runtime.getRuntime().addShutdownHook(restoring);
        try {
            String password = ask("Password: ");
            if (password.equals(ask("The same again: "))) return password;
            throw new IllegalArgumentException("the two are not the same; try again");
        } finally {
            Runtime.getRuntime().removeShutdownHook(restoring);
            stty("echo");
        }
    }

    /** Whether standard input is a terminal, which then is as asked for. */
    private static boolean stty(String setting) {
        try {
            return new ProcessBuilder("stty", setting)
                            .redirectInput(Redirect.INHERIT)
                            .redirectError(Redirect.DISCARD)
                            .start()
                            .waitFor()
                    == 0;
        } catch (IOException missing) {
            return false;
        } catch (InterruptedException ended) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private String ask(String question) throws IOException {
        err.print(question);
        err.flush();
        String answer = line();
        err.println();
        err.flush();
        return answer;
    }

    private String line() throws IOException {
        var octets = new ByteArrayOutputStream();
        for (int octet = in.read(); octet >= 0 && octet != '\n'; octet = in.read()) {
            octets.write(octet);
            if (octets.size() > OCTETS_MAX) throw new IllegalArgumentException("the password is too long");
        }
        String line = decoded(octets.toByteArray())
                .orElseThrow(() -> new IllegalArgumentException("the password is not UTF-8 text"));
        return line.endsWith("\r") ? line.substring(0, line.length() - 1) : line;
    }

    private static Optional<String> decoded(byte[] octets) {
        try {
            return Optional.of(
                    UTF_8.newDecoder().decode(ByteBuffer.wrap(octets)).toString());
        } catch (CharacterCodingException binary) {
            return Optional.empty();
        }
    }
}
