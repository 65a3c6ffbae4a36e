package posthaste.server.auth;

import static org.assertj.core.api.Assertions.assertThat;
import static posthaste.server.auth.AuthFixture.HERE;
import static posthaste.server.auth.AuthFixture.TLS;
import static posthaste.server.auth.AuthFixture.begin;
import static posthaste.server.auth.AuthFixture.kind;
import static posthaste.server.auth.AuthFixture.login;
import static posthaste.server.auth.AuthFixture.user;

import java.security.SecureRandom;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import posthaste.server.auth.SaslStep.Kind;

/** Who is known, who is not, and what happens while nobody can tell. */
class UsersTest {
    private static final String PASSWORD = "correct horse battery";
    private static final long SECONDS_MAX = 30;

    /** A source that says what it is told to. */
    private static final class Changing implements UserSource {
        private final CountDownLatch read = new CountDownLatch(1);
        private volatile UserReading next;

        Changing(UserReading first) {
            next = first;
        }

        @Override
        public UserReading read() {
            if (next instanceof UserReading.Read) read.countDown();
            return next;
        }
    }

    @Test
    void somebodyUnknownHasTheWorkOfOneOfTheKnown() {
        var users = new Users(
                List.of(user("a", PASSWORD, ScramHash.SHA_256, 4096), user("b", PASSWORD, ScramHash.SHA_256, 5000)));
        var secret = ProcessSecret.random(new SecureRandom());

        Set<Integer> iterations = new HashSet<>();
        for (int i = 0; i < 100; i++) {
            ScramVerifier standIn = users.standIn("unknown" + i, secret);
            iterations.add(standIn.iterations());
            assertThat(standIn).isEqualTo(users.standIn("unknown" + i, secret));
            assertThat(standIn.salt()).hasSize(AuthFixture.SALT_OCTETS);
        }

        assertThat(iterations).containsExactlyInAnyOrder(4096, 5000);
    }

    @Test
    void aReloadReplacesAllUsersAtOnce() {
        var source = new Changing(new UserReading.Read(List.of(user("new", PASSWORD))));
        try (var fixture = new AuthFixture(AuthFixture.config(user("old", PASSWORD)), source)) {
            assertThat(login(fixture.plain("old", PASSWORD, HERE)).user()).isEqualTo("old");

            fixture.authentication.reload();

            assertThat(login(fixture.plain("new", PASSWORD, HERE)).user()).isEqualTo("new");
            assertThat(kind(fixture.plain("old", PASSWORD, HERE))).isEqualTo(Kind.BAD_CREDENTIALS);
        }
    }

    @Test
    void whatMakesNoSenseChangesNothing() {
        UserSource wrong = () -> new UserReading.Wrong(List.of("users.toml:1:1: no"));
        try (var fixture = new AuthFixture(AuthFixture.config(user("app", PASSWORD)), wrong)) {
            fixture.authentication.reload();

            assertThat(login(fixture.plain("app", PASSWORD, HERE)).user()).isEqualTo("app");
        }
    }

    @Test
    void whatMakesNoSenseBehindWhatCouldNotBeReadLocksNobodyOut() {
        var source = new Changing(new UserReading.Unreadable("users.toml: no such file"));
        try (var fixture = new AuthFixture(AuthFixture.config(user("app", PASSWORD)), source)) {
            fixture.authentication.reload();
            source.next = new UserReading.Wrong(List.of("users.toml:1:1: no"));
            fixture.authentication.reload();

            assertThat(login(fixture.plain("app", PASSWORD, HERE)).user()).isEqualTo("app");
        }
    }

    @Test
    void whileUsersCannotBeReadNobodyFailsAndNobodyGetsIn() {
        UserSource gone = () -> new UserReading.Unreadable("users.toml: no such file");
        try (var fixture = new AuthFixture(AuthFixture.config(user("app", PASSWORD)), gone)) {
            List<String> before = fixture.authentication.mechanisms(true, true);
            fixture.authentication.reload();

            assertThat(fixture.authentication.mechanisms(true, true)).isEqualTo(before);
            assertThat(kind(fixture.plain("app", PASSWORD, HERE))).isEqualTo(Kind.UNAVAILABLE);
            assertThat(kind(begin(fixture.exchange("SCRAM-SHA-256", TLS), "n,,n=app,r=x")))
                    .isEqualTo(Kind.UNAVAILABLE);
            assertThat(fixture.registry
                            .get("posthaste.auth.users.unreadable")
                            .gauge()
                            .value())
                    .isEqualTo(1);
        }
    }

    @Test
    void theyAreReadAgainByThemselvesAfterAWhile() throws Exception {
        var source = new Changing(new UserReading.Unreadable("users.toml: no such file"));
        try (var fixture = new AuthFixture(AuthFixture.config(user("app", PASSWORD)), source)) {
            fixture.authentication.reload();
            source.next = new UserReading.Read(List.of(user("app", PASSWORD)));
            fixture.plain("app", PASSWORD, HERE);
            assertThat(source.read.getCount()).as("not before it is time").isEqualTo(1);

            fixture.pass(UserStore.RETRY);
            fixture.plain("app", PASSWORD, HERE);

            assertThat(source.read.await(SECONDS_MAX, TimeUnit.SECONDS)).isTrue();
            fixture.authentication.reload(); // waits for the one that is under way
            assertThat(login(fixture.plain("app", PASSWORD, HERE)).user()).isEqualTo("app");
        }
    }

    @Test
    void mechanismsAreOfferedAsFarAsSomebodyCouldUseThem() {
        try (var nobody = new AuthFixture();
                var both = new AuthFixture(user("a", PASSWORD), user("b", PASSWORD, ScramHash.SHA_1, 4096));
                var one = new AuthFixture(user("a", PASSWORD))) {
            assertThat(nobody.authentication.mechanisms(true, true)).isEmpty();
            assertThat(both.authentication.mechanisms(true, true))
                    .containsExactly(
                            "SCRAM-SHA-256-PLUS", "SCRAM-SHA-256", "SCRAM-SHA-1-PLUS", "SCRAM-SHA-1", "PLAIN", "LOGIN");
            assertThat(one.authentication.mechanisms(true, false)).containsExactly("SCRAM-SHA-256", "PLAIN", "LOGIN");
            assertThat(one.authentication.mechanisms(false, true)).containsExactly("SCRAM-SHA-256", "PLAIN", "LOGIN");
        }
    }

    @Test
    void aMechanismThatIsNotOfferedIsNotThere() {
        try (var fixture = new AuthFixture(user("a", PASSWORD))) {
            for (String mechanism : List.of(
                    "",
                    "FOO",
                    "-PLUS",
                    "plain",
                    "SCRAM-SHA-1",
                    "SCRAM-SHA-256-PLUS",
                    "OAUTHBEARER",
                    "XOAUTH2",
                    "CRAM-MD5")) {
                assertThat(fixture.authentication.exchange(mechanism, TLS))
                        .as(mechanism)
                        .isEmpty();
            }
        }
    }
}
