package posthaste.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import posthaste.server.policy.AccessConfig;
import posthaste.server.policy.Directory;
import posthaste.server.policy.DirectoryStore;
import posthaste.server.policy.RelayPolicy;
import posthaste.server.policy.RelayPolicy.Standing;
import posthaste.server.policy.TrustedNetworks;
import posthaste.server.policy.Verdict;
import posthaste.smtp.ForwardPath;
import posthaste.smtp.Mailbox;
import posthaste.smtp.RcptParameters;

/** The file of aliases that another program keeps: read at start, again when it changes, and missed when it is gone. */
class AliasesFileTest {
    private static final String ALICE = "[[alias]]\naddress = 'alice@relay.test'\nmembers = ['a@dest.test']\n";
    private static final String BOB = "[[alias]]\naddress = 'bob@relay.test'\nmembers = ['b@dest.test']\n";

    @TempDir
    Path directory;

    private Path file;

    @BeforeEach
    void write() throws IOException {
        file = Files.writeString(directory.resolve("aliases.toml"), ALICE);
    }

    private ConfigReading reading(String more) {
        return ConfigReader.read("posthaste.toml", "directory.aliases-file = '" + file + "'\n" + more, "relay.test");
    }

    private RelayConfig config() {
        return ((ConfigReading.Usable) reading("[[alias]]\naddress = 'own@relay.test'\nmembers = ['o@dest.test']\n"))
                .config();
    }

    private static String rcpt(DirectoryStore store, String name) {
        var policy = new RelayPolicy(AccessConfig.of(TrustedNetworks.parse(List.of("127.0.0.1"))), store);
        Verdict verdict = policy.judge(
                Standing.STRANGER,
                new ForwardPath(Optional.of(new Mailbox(name, "relay.test"))),
                RcptParameters.NONE,
                false);
        return verdict.accept(new Verdict.Handler<>() {
            @Override
            public String take(Verdict.Accepted accepted) {
                return accepted.reply().toString();
            }

            @Override
            public String turnAway(Verdict.Refused refused) {
                return refused.reply().toString();
            }
        });
    }

    private static DirectoryStore store(RelayConfig config) {
        return new DirectoryStore(new Directory(config.directory(), 100));
    }

    @Test
    void itsAliasesStandBesideThoseOfTheConfiguration() {
        DirectoryStore store = store(config());

        assertThat(rcpt(store, "alice")).startsWith("250");
        assertThat(rcpt(store, "own")).startsWith("250");
        assertThat(rcpt(store, "bob")).startsWith("550 5.1.1");
    }

    @Test
    void asManyAliasesAsThereMayBeFitIntoIt() throws IOException {
        var many = new StringBuilder();
        for (int i = 0; i < 50_000; i++) {
            many.append("[[alias]]\naddress = 'a-rather-long-name-").append(i).append("@relay.test'\n");
            many.append("members = ['a-rather-long-name-").append(i).append("@dest.test']\n");
        }
        Files.writeString(file, many);

        DirectoryStore store = store(config());

        assertThat(rcpt(store, "a-rather-long-name-49999")).startsWith("250");
    }

    @Test
    void whatItSaysAfterAChangeCounts() throws IOException {
        RelayConfig config = config();
        DirectoryStore store = store(config);

        Files.writeString(file, BOB);
        config.aliasesFile().orElseThrow().readInto(store);

        assertThat(rcpt(store, "bob")).startsWith("250");
        assertThat(rcpt(store, "own")).startsWith("250");
        assertThat(rcpt(store, "alice")).startsWith("550 5.1.1");
    }

    @Test
    void whatMakesNoSenseChangesNothing() throws IOException {
        RelayConfig config = config();
        DirectoryStore store = store(config);

        for (String wrong : List.of("[[alias]", "alias = 1", BOB + BOB, "[[user]]\nname = 'x'\n")) {
            Files.writeString(file, wrong);
            config.aliasesFile().orElseThrow().readInto(store);

            assertThat(rcpt(store, "alice")).as(wrong).startsWith("250");
            assertThat(rcpt(store, "bob")).as(wrong).startsWith("550 5.1.1");
        }
    }

    @Test
    @DisplayName("I083 while it cannot be read, who is unknown is told to come back, and who is known is not")
    void whileItCannotBeReadNobodyIsUnknown() throws Exception {
        RelayConfig config = config();
        DirectoryStore store = store(config);
        AliasesFile aliases = config.aliasesFile().orElseThrow();

        Files.delete(file);
        assertThat(aliases.readInto(store)).as("to be tried again").isFalse();
        assertThat(rcpt(store, "bob")).startsWith("451 4.3.0");
        assertThat(rcpt(store, "alice")).startsWith("250");
        assertThat(rcpt(store, "own")).startsWith("250");
        var policy = new RelayPolicy(AccessConfig.of(TrustedNetworks.parse(List.of("127.0.0.1"))), store);
        assertThat(policy.standingOf(InetAddress.getLoopbackAddress(), Optional.empty()))
                .isEqualTo(Standing.TRUSTED);
        assertThat(policy.verify(Standing.TRUSTED, "bob", false).toString()).startsWith("451 4.3.0");
        assertThat(policy.expand(Standing.TRUSTED, "bob", false).toString()).startsWith("451 4.3.0");
        assertThat(policy.expand(Standing.TRUSTED, "bob@dest.test", false).toString())
                .startsWith("550 5.1.1");

        Files.writeString(file, BOB);
        assertThat(aliases.readInto(store)).isTrue();
        assertThat(rcpt(store, "bob")).startsWith("250");
        assertThat(rcpt(store, "alice")).startsWith("550 5.1.1");
        assertThat(store.isComplete()).isTrue();
    }

    @Test
    void whatIsWrongAtTheStartIsToldWithItsPlace() throws IOException {
        Files.writeString(file, ALICE + "[[alias]]\naddress = 'x@elsewhere.test'\nmembers = ['a@dest.test']\n");
        ConfigReading reading = reading("");
        assertThat(reading).isInstanceOf(ConfigReading.Refused.class);
        assertThat(((ConfigReading.Refused) reading).problems().toString())
                .contains(file + ":5:1: alias.address")
                .contains("is in no local domain");

        Files.delete(file);
        assertThat(((ConfigReading.Refused) reading("")).problems().toString())
                .contains("directory.aliases-file", "no such file; make it readable");
    }

    @Test
    void anAddressThatBothHaveIsAnError() {
        ConfigReading reading = reading(ALICE);
        assertThat(reading).isInstanceOf(ConfigReading.Refused.class);
        assertThat(((ConfigReading.Refused) reading).problems().toString()).contains("is there before");
    }
}
