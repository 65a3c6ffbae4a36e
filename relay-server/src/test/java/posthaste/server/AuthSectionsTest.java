package posthaste.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import org.jose4j.jwk.JsonWebKey;
import org.jose4j.jwk.RsaJwkGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import posthaste.server.auth.AuthConfig;
import posthaste.server.auth.Authentication;
import posthaste.server.auth.OauthConfig;
import posthaste.server.auth.SaslStep;
import posthaste.server.auth.ScramHash;
import posthaste.server.auth.ScramVerifier;
import posthaste.server.auth.SenderRights;
import posthaste.server.auth.UserEntry;
import posthaste.server.auth.UserQuota;

/** Who may log in, as the configuration and its files say it. */
class AuthSectionsTest {
    private static final String PASSWORD = "correct horse battery";
    private static final ScramVerifier VERIFIER =
            ScramVerifier.of(ScramHash.SHA_256, PASSWORD, new byte[16], ScramVerifier.ITERATIONS_MIN);
    private static final ScramVerifier OLD =
            ScramVerifier.of(ScramHash.SHA_1, PASSWORD, new byte[16], ScramVerifier.ITERATIONS_MIN);

    @TempDir
    private Path directory = Path.of("");

    private static ConfigReading read(String toml) {
        String filled = toml.replace("PASSWORD", VERIFIER.format()).replace("OLD", OLD.format());
        return ConfigReader.read("posthaste.toml", filled, "mail.machine.example");
    }

    private static AuthConfig usable(String toml) {
        ConfigReading reading = read(toml);
        assertThat(reading).as("%s", reading).isInstanceOf(ConfigReading.Usable.class);
        return ((ConfigReading.Usable) reading).config().auth();
    }

    private static List<String> problems(String toml) {
        if (!(read(toml) instanceof ConfigReading.Refused refused)) return List.of();
        return refused.problems().stream().map(ConfigProblem::toString).toList();
    }

    private Path file(String name, String content) throws IOException {
        return Files.writeString(directory.resolve(name), content.replace("PASSWORD", VERIFIER.format()));
    }

    private Path jwks() throws Exception {
        JsonWebKey key = RsaJwkGenerator.generateJwk(2048);
        key.setKeyId("a");
        return file("jwks.json", "{\"keys\": [" + key.toJson() + "]}");
    }

    @Test
    void withoutASectionNobodyLogsIn() {
        assertThat(usable("")).isEqualTo(AuthConfig.NONE);
    }

    @Test
    void everyKeyReachesItsPlace() throws Exception {
        Path users = file("users.toml", """
                [[auth.user]]
                name = "filed"
                password = "PASSWORD"
                """);
        Path jwks = jwks();

        AuthConfig config = usable("""
                [auth]
                scram-sha-1 = true
                users-file = "%s"
                failures-per-client = 7
                block-time = "8m"
                [[auth.user]]
                name = "app"
                password = "PASSWORD"
                senders = ["a@example.org", "@example.net", "@*.example.com"]
                messages-per-hour = 9
                recipients-per-day = 10
                [[auth.user]]
                name = "old"
                password = "OLD"
                [[auth.user]]
                name = "token@example.org"
                [auth.oauth]
                jwks = "%s"
                issuer = "https://login.example.org/"
                audience = "posthaste"
                user-claim = "sub"
                """.formatted(users, jwks));

        var app = new UserEntry(
                "app",
                Optional.of(VERIFIER),
                SenderRights.of(List.of("a@example.org", "@example.net", "@*.example.com")),
                new UserQuota(Optional.of(9), Optional.of(10)));
        var old = new UserEntry("old", Optional.of(OLD), SenderRights.ANY, UserQuota.NONE);
        var token = new UserEntry("token@example.org", Optional.empty(), SenderRights.ANY, UserQuota.NONE);
        var filed = new UserEntry("filed", Optional.of(VERIFIER), SenderRights.ANY, UserQuota.NONE);
        assertThat(config)
                .isEqualTo(new AuthConfig(
                        true,
                        List.of(app, old, token),
                        Optional.of(users),
                        List.of(filed),
                        7,
                        Duration.ofMinutes(8),
                        Optional.of(new OauthConfig(jwks, "https://login.example.org/", "posthaste", "sub"))));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
                    auth.user = [{name = "a"}]                                    | auth.user.password: missing; `posthaste user NAME` makes one
                    auth.user = [{password = "PASSWORD"}]                         | auth.user.name: missing
                    auth.user = [{name = "a", password = "letmein horse"}]        | auth.user.password: passwords are not kept as they are typed
                    auth.user = [{name = "a", password = "OLD"}]                  | auth.user.password: kept by SHA-1: write auth.scram-sha-1 = true
                    auth.user = [{name = "", password = "PASSWORD"}]              | auth.user.name: "" is no name
                    auth.user = [{name = "a\\u0007", password = "PASSWORD"}]      | auth.user.name: "a\\x07" is no name
                    auth.user = [{name = "a", password = "PASSWORD"}, {name = "a", password = "PASSWORD"}] | there is a user "a" already
                    auth.user = [{name = "a", password = "PASSWORD", senders = ["bob"]}]      | auth.user.senders: "bob" is no sender
                    auth.user = [{name = "a", password = "PASSWORD", messages-per-hour = 0}]  | auth.user.messages-per-hour: expected an integer of 1
                    auth.user = [{name = "a", password = "PASSWORD", recipients-per-day = 0}] | auth.user.recipients-per-day: expected an integer of 1
                    auth.user = [{name = "a", password = "PASSWORD", sender = "x"}]           | auth.user.sender: unknown key; did you mean senders?
                    auth.failures-per-client = 0                                  | auth.failures-per-client: expected an integer of 1
                    auth.block-time = "1ms"                                       | auth.block-time: "1ms" is out of range: 1s to 1d
                    auth.users-file = "/nonexistent/users.toml"                   | auth.users-file: "/nonexistent/users.toml" cannot be read: no such file
                    auth.users-file = ""                                          | auth.users-file: "" is not the path of a file
                    """)
    void whatIsWrongIsToldWithItsRemedyAndWithoutSecrets(String toml, String expected) {
        assertThat(problems(toml))
                .singleElement()
                .asString()
                .contains(expected)
                .doesNotContain("horse")
                .doesNotContain(VERIFIER.format());
    }

    @Test
    void tokensNeedKeysAnIssuerAndAnAudience() throws IOException {
        assertThat(problems("auth.oauth = {}"))
                .hasSize(3)
                .allSatisfy(problem -> assertThat(problem).contains("missing; [auth.oauth] has"));
        Path empty = file("jwks.json", "{\"keys\": []}");
        assertThat(problems("auth.oauth = {jwks = \"%s\", issuer = \"i\", audience = \"a\"}".formatted(empty)))
                .singleElement()
                .asString()
                .contains("auth.oauth.jwks: holds no public key");
    }

    @Test
    void whatIsWrongWithTheUsersFileIsToldWithItsOwnPlace() throws IOException {
        Path users = file("users.toml", """
                [[auth.user]]
                name = "app"
                password = "PASSWORD"
                [[auth.user]]
                name = "b"
                password = "letmein"
                [limits]
                """);

        assertThat(problems(
                        "auth.user = [{name = \"app\", password = \"PASSWORD\"}]\nauth.users-file = \"" + users + "\""))
                .containsExactly(
                        users + ":2:1: auth.user.name: there is a user \"app\" already; give each its own",
                        users + ":6:1: auth.user.password: passwords are not kept as they are typed: expected"
                                + " \"{SCRAM-SHA-256}iterations:salt:StoredKey:ServerKey\", as `posthaste user NAME`"
                                + " prints it",
                        users + ":7:1: limits: unknown key; known here: auth");
    }

    // ---- the file while the relay runs

    private static SaslStep login(Authentication authentication, String name) throws Exception {
        return Logins.plain(authentication, name, PASSWORD);
    }

    private static Optional<SaslStep.Kind> failure(SaslStep step) {
        return step instanceof SaslStep.Failure failure ? Optional.of(failure.kind()) : Optional.empty();
    }

    @Test
    void usersOfTheFileChangeWithoutARestart() throws Exception {
        String table = "[[auth.user]]\nname = \"NAME\"\npassword = \"PASSWORD\"\n";
        Path users = file("users.toml", table.replace("NAME", "first"));
        AuthConfig config = usable(table.replace("NAME", "fixed") + "[auth]\nusers-file = \"" + users + "\"");
        try (var authentication = Authentication.start(
                config, UsersFile.of(config), new SimpleMeterRegistry(), InstantSource.system(), () -> 0)) {
            assertThat(login(authentication, "first")).isInstanceOf(SaslStep.Success.class);

            file("users.toml", table.replace("NAME", "second"));
            authentication.reload();
            assertThat(login(authentication, "second")).isInstanceOf(SaslStep.Success.class);
            assertThat(failure(login(authentication, "first"))).contains(SaslStep.Kind.BAD_CREDENTIALS);
            assertThat(login(authentication, "fixed")).isInstanceOf(SaslStep.Success.class);

            file("users.toml", table.replace("NAME", "third") + "nonsense");
            authentication.reload();
            assertThat(login(authentication, "second")).isInstanceOf(SaslStep.Success.class);

            Files.delete(users);
            authentication.reload();
            assertThat(failure(login(authentication, "second"))).contains(SaslStep.Kind.UNAVAILABLE);
            assertThat(failure(login(authentication, "fixed"))).contains(SaslStep.Kind.UNAVAILABLE);

            file("users.toml", table.replace("NAME", "third"));
            authentication.reload();
            assertThat(login(authentication, "third")).isInstanceOf(SaslStep.Success.class);
        }
    }

    @Test
    void withoutAFileAReloadReadsTheSameUsers() throws Exception {
        AuthConfig config = usable("auth.user = [{name = \"app\", password = \"PASSWORD\"}]");
        try (var authentication = Authentication.start(
                config, UsersFile.of(config), new SimpleMeterRegistry(), InstantSource.system(), () -> 0)) {
            authentication.reload();

            assertThat(login(authentication, "app")).isInstanceOf(SaslStep.Success.class);
        }
    }
}
