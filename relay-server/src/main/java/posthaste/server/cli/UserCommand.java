package posthaste.server.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.tomlj.Toml;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import posthaste.server.ExitCode;
import posthaste.server.auth.SaslPrep;
import posthaste.server.auth.ScramHash;
import posthaste.server.auth.ScramVerifier;

/** {@code posthaste user}: prints the table of a user, in which the password can be checked but not read. */
@Command(
        name = "user",
        description = "Reads a password from standard input and prints the [[auth.user]] table for the configuration or"
                + " the users-file. A new table replaces the old one of the name.")
final class UserCommand implements Callable<Integer> {
    /** What RFC 7677 section 4 advises; some milliseconds of a core (docs/decisions/0019). */
    static final int ITERATIONS_DEFAULT = 15_000;
    /** Programs have passwords of any length; short ones are guessed. */
    static final int CHARS_MIN = 12;

    private static final int SALT_OCTETS = 16;

    @Parameters(index = "0", paramLabel = "NAME", description = "what the user logs in as")
    private String name = "";

    @Option(
            names = "--iterations",
            paramLabel = "N",
            description = "how much work one guess is (default: ${DEFAULT-VALUE}; at least 4096)")
    private int iterations = ITERATIONS_DEFAULT;

    @Option(
            names = "--mechanism",
            paramLabel = "NAME",
            description = "SCRAM-SHA-256 (default), or SCRAM-SHA-1 for clients that know nothing better")
    private String mechanism = ScramHash.SHA_256.mechanism();

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Override
    public Integer call() throws IOException {
        String prepared = SaslPrep.name(name)
                .orElseThrow(() -> misuse("a name has 1 to %d octets without controls".formatted(SaslPrep.NAME_MAX)));
        ScramHash hash = ScramHash.of(mechanism).orElseThrow(() -> misuse("the mechanism is one of " + mechanisms()));
        if (iterations < ScramVerifier.ITERATIONS_MIN || iterations > ScramVerifier.ITERATIONS_MAX) {
            throw misuse(
                    "iterations are %d to %d".formatted(ScramVerifier.ITERATIONS_MIN, ScramVerifier.ITERATIONS_MAX));
        }
        PrintWriter err = spec.commandLine().getErr();
        try {
            ScramVerifier verifier = verifier(hash, new PasswordInput(System.in, err).read());
            print(prepared, verifier);
            return ExitCode.OK;
        } catch (IllegalArgumentException why) {
            err.println("posthaste: " + why.getMessage());
            err.flush();
            return ExitCode.USAGE;
        }
    }

    private ParameterException misuse(String why) {
        return new ParameterException(spec.commandLine(), why);
    }

    private static String mechanisms() {
        return Arrays.stream(ScramHash.values()).map(ScramHash::mechanism).collect(Collectors.joining(", "));
    }

    private ScramVerifier verifier(ScramHash hash, String password) {
        if (password.codePointCount(0, password.length()) < CHARS_MIN) {
            throw new IllegalArgumentException(
                    "the password has less than %d characters; `openssl rand -base64 24` makes one"
                            .formatted(CHARS_MIN));
        }
        String prepared = SaslPrep.password(password)
                .orElseThrow(() -> new IllegalArgumentException(
                        "the password holds controls or other characters that nobody can type, or is longer than %d octets"
                                .formatted(SaslPrep.PASSWORD_MAX)));
        byte[] salt = new byte[SALT_OCTETS];
        new SecureRandom().nextBytes(salt);
        return ScramVerifier.of(hash, prepared, salt, iterations);
    }

    private void print(String prepared, ScramVerifier verifier) {
        PrintWriter out = spec.commandLine().getOut();
        out.println("[[auth.user]]");
        out.println("name = \"" + Toml.tomlEscape(prepared) + "\"");
        out.println("password = \"" + verifier.format() + "\"");
        out.flush();
    }
}
