package posthaste.server.auth;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import posthaste.server.auth.SaslStep.Kind;

/**
 * SASL exchanges, fed with anything. In every build the seeds in the resources run; {@code deploy/fuzz} looks for more
 * (docs/development.md). No answer may be a success, since nothing here knows a password; none may take a client's octets
 * into the log as they are.
 */
class SaslFuzzTest {
    private static final int STEPS_MAX = 4;
    private static final ChannelBinding BINDING = ChannelBinding.exporter(new byte[ChannelBinding.EXPORTER_OCTETS]);
    private static final SaslContext CONTEXT =
            new SaslContext(AuthFixture.HERE, true, Optional.empty(), Optional.of(BINDING));

    private static Optional<Path> directory = Optional.empty();
    private static Optional<AuthFixture> fixture = Optional.empty();

    @BeforeAll
    static void start() throws IOException {
        Path made = Files.createTempDirectory("sasl");
        directory = Optional.of(made);
        var issuer = new TokenFixture(made);
        var users = List.of(
                AuthFixture.user("app", "correct horse battery"),
                AuthFixture.user("old", "correct horse battery", ScramHash.SHA_1, ScramVerifier.ITERATIONS_MIN));
        // So many failures that nothing is ever blocked: else only the first inputs would be read.
        var config = new AuthConfig(
                true,
                users,
                Optional.empty(),
                List.of(),
                Integer.MAX_VALUE,
                Duration.ofMinutes(1),
                Optional.of(issuer.config()));
        fixture = Optional.of(new AuthFixture(config, () -> new UserReading.Read(users)));
    }

    @AfterAll
    static void close() throws IOException {
        fixture.orElseThrow().close();
        Path made = directory.orElseThrow();
        Files.deleteIfExists(made.resolve("jwks.json"));
        Files.deleteIfExists(made);
    }

    /** The responses of a client, each behind the one before: they are separated by a line feed and a NUL. */
    private static List<byte[]> responses(byte[] input) {
        var responses = new ArrayList<byte[]>();
        int from = 0;
        for (int i = 0; i + 1 < input.length && responses.size() < STEPS_MAX; i++) {
            if (input[i] != '\n' || input[i + 1] != 0) continue;
            responses.add(Arrays.copyOfRange(input, from, i));
            from = i + 2;
        }
        responses.add(Arrays.copyOfRange(input, from, input.length));
        return responses;
    }

    private static void talk(String mechanism, byte[] input) {
        SaslExchange exchange = fixture.orElseThrow().exchange(mechanism, CONTEXT);
        List<byte[]> responses = responses(input);
        SaslStep step = AuthFixture.end(exchange.begin(Optional.of(responses.get(0)), Runnable::run));
        for (int i = 1; i < responses.size() && step instanceof SaslStep.Challenge; i++) {
            step = AuthFixture.end(exchange.respond(responses.get(i), Runnable::run));
        }
        assertHarmless(step);
    }

    private static void assertHarmless(SaslStep step) {
        assertThat(step).isNotInstanceOf(SaslStep.Success.class);
        if (!(step instanceof SaslStep.Failure failure)) return;
        assertThat(failure.kind()).isIn(Kind.BAD_CREDENTIALS, Kind.MALFORMED);
        assertThat(failure.detail().chars().noneMatch(Character::isISOControl))
                .as(failure.detail())
                .isTrue();
    }

    @FuzzTest
    void plainAndLoginLetNobodyIn(byte[] input) {
        talk("PLAIN", input);
        talk("LOGIN", input);
    }

    @FuzzTest
    void scramLetsNobodyIn(byte[] input) {
        talk("SCRAM-SHA-256", input);
        talk("SCRAM-SHA-1", input);
        talk("SCRAM-SHA-256-PLUS", input);
    }

    @FuzzTest
    void bearerMessagesLetNobodyIn(byte[] input) {
        talk("OAUTHBEARER", input);
        talk("XOAUTH2", input);
    }

    /** Without the message around it the whole input is the token. */
    @FuzzTest
    void tokensLetNobodyIn(byte[] input) {
        byte[] before = "n,,\u0001auth=Bearer ".getBytes(UTF_8);
        byte[] message = Arrays.copyOf(before, before.length + input.length + 2);
        System.arraycopy(input, 0, message, before.length, input.length);
        Arrays.fill(message, message.length - 2, message.length, (byte) 1);

        talk("OAUTHBEARER", message);
    }

    /** What is taken as a first message of SCRAM is what was sent, piece by piece. */
    @FuzzTest
    void aFirstMessageOfScramIsReadWhole(byte[] input) {
        Optional<String> text = SaslText.decode(input);
        Optional<ScramFirst> read = text.flatMap(ScramFirst::parse);

        if (read.isEmpty()) return;
        assertThat(read.get().gs2Header() + read.get().bare()).isEqualTo(text.orElseThrow());
        assertThat(read.get().nonce()).isNotEmpty().doesNotContain(",");
        assertThat(read.get().name()).isNotEmpty();
    }

    /** What is stable: a prepared name is its own prepared form, or two spellings could be two users. */
    @FuzzTest
    void aPreparedNameStaysAsItIs(byte[] input) {
        Optional<String> prepared = SaslText.decode(input).flatMap(SaslPrep::name);

        prepared.ifPresent(name -> assertThat(SaslPrep.name(name)).contains(name));
    }
}
