package posthaste.server;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import posthaste.server.auth.AuthConfig;
import posthaste.server.auth.SenderRights;
import posthaste.server.auth.UserEntry;

/** {@code posthaste user} as it is typed: the process, its streams and what the configuration makes of its output. */
class UserCommandIT {
    private static final long SECONDS_MAX = 60;
    private static final String PASSWORD = "correct horse battery";

    private record Ended(int exitCode, String out, String err) {}

    private static Ended run(String input, String... arguments) throws Exception {
        var command = new ArrayList<>(List.of(
                System.getProperty("java.home") + File.separator + "bin" + File.separator + "java",
                "-Xmx64m",
                "-cp",
                System.getProperty("java.class.path"),
                "posthaste.server.Main",
                "user"));
        command.addAll(List.of(arguments));
        Process process = new ProcessBuilder(command).start();
        try {
            try (OutputStream in = process.getOutputStream()) {
                in.write(input.getBytes(UTF_8));
            }
            assertThat(process.waitFor(SECONDS_MAX, TimeUnit.SECONDS))
                    .as("ended")
                    .isTrue();
            String out = new String(process.getInputStream().readAllBytes(), UTF_8);
            String err = new String(process.getErrorStream().readAllBytes(), UTF_8);
            return new Ended(process.exitValue(), out, err);
        } finally {
            process.destroyForcibly();
        }
    }

    private static UserEntry user(String toml) {
        ConfigReading reading = ConfigReader.read("", toml, "machine.example");
        assertThat(reading).as("%s", reading).isInstanceOf(ConfigReading.Usable.class);
        AuthConfig config = ((ConfigReading.Usable) reading).config().auth();
        assertThat(config.users()).hasSize(1);
        return config.users().get(0);
    }

    @Test
    void itsTableIsAUserWhosePasswordIsTheOneThatWasTyped() throws Exception {
        Ended ended = run(PASSWORD + "\r\n", "billing \"app\"");

        assertThat(ended.exitCode()).isZero();
        assertThat(ended.err()).isEmpty();
        assertThat(ended.out())
                .startsWith("[[auth.user]]\n")
                .contains("{SCRAM-SHA-256}15000:")
                .doesNotContain("horse");
        UserEntry user = user(ended.out());
        assertThat(user.name()).isEqualTo("billing \"app\"");
        assertThat(user.senders()).isEqualTo(SenderRights.ANY);
        assertThat(Logins.succeeds(user, PASSWORD)).isTrue();
        assertThat(Logins.succeeds(user, PASSWORD + "x")).isFalse();
    }

    @Test
    void theSamePasswordLooksDifferentEachTime() throws Exception {
        assertThat(run(PASSWORD, "app").out()).isNotEqualTo(run(PASSWORD, "app").out());
    }

    @Test
    void oldClientsGetAPasswordOfTheirKind() throws Exception {
        Ended ended = run(PASSWORD + "\n", "old", "--mechanism", "SCRAM-SHA-1", "--iterations", "4096");

        assertThat(ended.exitCode()).isZero();
        assertThat(ended.out()).contains("{SCRAM-SHA-1}4096:");
        assertThat(Logins.succeeds(user("auth.scram-sha-1 = true\n" + ended.out()), PASSWORD))
                .isTrue();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', nullValues = "-", textBlock = """
                    ''            | app        | less than 12 characters
                    short         | app        | less than 12 characters
                    with\u0007 a bell inside | app | characters that nobody can type
                    """)
    void noPasswordIsTakenThatWouldBeGuessedOrCannotBeTyped(String password, String name, String expected)
            throws Exception {
        Ended ended = run(password + "\n", name);

        assertThat(ended.exitCode()).isEqualTo(64);
        assertThat(ended.out()).isEmpty();
        assertThat(ended.err()).startsWith("posthaste: ").contains(expected).doesNotContain("\tat ");
    }

    @Test
    void whatIsTypedWrongIs64WithTheUsage() throws Exception {
        for (String[] arguments : List.of(
                new String[] {},
                new String[] {""},
                new String[] {"app", "--iterations", "4095"},
                new String[] {"app", "--iterations", "1000001"},
                new String[] {"app", "--mechanism", "PLAIN"})) {
            Ended ended = run(PASSWORD + "\n", arguments);

            assertThat(ended.exitCode()).as("%s", (Object) arguments).isEqualTo(64);
            assertThat(ended.out()).isEmpty();
            assertThat(ended.err()).contains("Usage: posthaste user").doesNotContain("\tat ");
        }
    }
}
