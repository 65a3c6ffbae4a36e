package posthaste.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import posthaste.server.tls.ServerTls;
import posthaste.server.tls.TestAuthority;
import posthaste.server.tls.TestAuthority.Issued;
import posthaste.server.tls.TlsConfig;

/** {@code [tls]}: what can be used is read, and of what cannot the operator learns which file and what to do. */
class TlsSectionTest {
    @TempDir
    Path directory;

    private final TestAuthority authority = new TestAuthority();
    private TlsConfig.KeyPair files;

    @BeforeEach
    void write() {
        files = authority.write(directory, authority.issue("relay.example.org"));
    }

    private String tls() {
        return "tls.certificate = '%s'\ntls.private-key = '%s'\n".formatted(files.certificate(), files.privateKey());
    }

    private static ConfigReading read(String toml) {
        return ConfigReader.read("posthaste.toml", toml, "relay.example.org");
    }

    private static TlsConfig usable(String toml) {
        ConfigReading reading = read(toml);
        assertThat(reading).isInstanceOf(ConfigReading.Usable.class);
        return ((ConfigReading.Usable) reading).config().tls();
    }

    private static String problem(String toml) {
        ConfigReading reading = read(toml);
        assertThat(reading).as(toml).isInstanceOf(ConfigReading.Refused.class);
        return String.join(
                "\n",
                ((ConfigReading.Refused) reading)
                        .problems().stream().map(Object::toString).toList());
    }

    /** Of TLS, such as a usable configuration has. */
    private static List<String> warnings(String toml) {
        ConfigReading reading = read(toml);
        assertThat(reading).as(toml).isInstanceOf(ConfigReading.Usable.class);
        return reading.warnings().stream()
                .map(Object::toString)
                .filter(each -> each.contains(" tls.") || each.contains(" relay.client-certificates"))
                .toList();
    }

    @Test
    void everyKeyReachesItsPlace() throws Exception {
        TlsConfig.KeyPair other = authority.write(directory, authority.issue("*.other.example"));
        Path bundle = authority.write(directory);

        TlsConfig config = usable("""
                relay.client-certificates = ["App.Client.example"]
                %s
                [tls]
                certificate = "%s"
                private-key = "%s"
                minimum-version = "1.3"
                client-authorities = "%s"
                engine = "jdk"
                [[tls.sni]]
                name = "*.Other.example"
                certificate = "%s"
                private-key = "%s"
                """.formatted(
                        "", files.certificate(), files.privateKey(), bundle, other.certificate(), other.privateKey()));

        assertThat(config.certificate()).contains(files);
        assertThat(config.names()).containsExactly(new TlsConfig.Named("*.other.example", other));
        assertThat(config.tls12()).isFalse();
        assertThat(config.clientCertificates()).isTrue();
        assertThat(config.clientAuthorities()).contains(bundle);
        assertThat(config.engine()).isEqualTo(TlsConfig.Engine.JDK);
        assertThat(ServerTls.read(config).expires()).isPresent();
    }

    @Test
    void withoutACertificateThereIsNoTls() throws Exception {
        TlsConfig config = usable("");

        assertThat(config.certificate()).isEmpty();
        assertThat(ServerTls.read(config).isOffered()).isFalse();
        assertThat(usable(tls()).clientCertificates()).isFalse();
    }

    @Test
    void aListenerThatNeedsACertificateSaysSo() {
        for (String mode : List.of("required", "implicit")) {
            assertThat(problem("[[listener]]\ntls = '" + mode + "'"))
                    .contains("tls.certificate: missing; a listener with tls \"required\" or \"implicit\" needs one");
        }
        assertThat(problem("[[listener]]\ntls = 'sometimes'")).contains("expected \"off\", \"optional\"");
    }

    @Test
    void aLoginThatNobodyCouldMakeIsRefused() {
        assertThat(problem("[[listener]]\nauth = 'required'")).contains("nobody can log in; write [[auth.user]]");
        assertThat(problem("[[listener]]\nauth = 'required'\ntls = 'off'")).contains("nobody could log in");
    }

    @Test
    void aCertificateAndItsKeyBelongTogether() {
        assertThat(problem("tls.certificate = '" + files.certificate() + "'")).contains("tls.private-key: missing");
        assertThat(problem("tls.private-key = '" + files.privateKey() + "'")).contains("tls.certificate: missing");
        Issued other = authority.issue("other.example");
        TlsConfig.KeyPair mixed = new TlsConfig.KeyPair(
                files.certificate(), authority.write(directory, other).privateKey());
        assertThat(problem("tls.certificate = '%s'\ntls.private-key = '%s'"
                        .formatted(mixed.certificate(), mixed.privateKey())))
                .contains(mixed.privateKey() + " is not the private key of the first certificate in");
    }

    @Test
    void aFileThatCannotBeUsedIsNamed() throws IOException {
        Path text = Files.writeString(directory.resolve("text.pem"), "no certificate");
        Path missing = directory.resolve("missing.pem");

        assertThat(problem("tls.certificate = '%s'\ntls.private-key = '%s'".formatted(missing, files.privateKey())))
                .contains(missing + ": no such file");
        assertThat(problem("tls.certificate = '%s'\ntls.private-key = '%s'".formatted(text, files.privateKey())))
                .contains(text + " holds no certificate");
        assertThat(problem("tls.certificate = '%s'\ntls.private-key = '%s'".formatted(files.certificate(), text)))
                .contains(text + " holds no private key in PKCS #8", "openssl pkcs8 -topk8 -nocrypt");
        assertThat(problem(tls() + "tls.client-authorities = '" + text + "'")).contains(text + " holds no certificate");
    }

    @Test
    void aKeyThatIsCutOffIsNamed() throws IOException {
        String key = Files.readString(files.privateKey());
        Path cut = Files.writeString(
                directory.resolve("cut.pem"), key.lines().limit(2).reduce("", (all, line) -> all + line + "\n") + """
                A
                -----END PRIVATE KEY-----
                """);

        assertThat(problem("tls.certificate = '%s'\ntls.private-key = '%s'".formatted(files.certificate(), cut)))
                .contains("tls.certificate: " + cut + " holds a private key that is damaged; copy the file anew");
    }

    @Test
    void aLoginInsideTlsNeedsACertificate() {
        String login = "[[listener]]\nauth = 'required'\n";
        String missing = "tls.certificate: missing; at a listener with auth \"required\" nobody can log in without one";

        assertThat(problem(login)).contains(missing);
        assertThat(problem(login + "allow-plaintext-auth = true")).doesNotContain(missing);
        assertThat(problem(tls() + login)).doesNotContain(missing);
    }

    @Test
    void aKeyThatOpenSslCannotUseIsRefused() {
        files = authority.write(directory, authority.edwards("relay.example.org"));

        for (String engine : List.of("auto", "openssl")) {
            assertThat(problem(tls() + "tls.engine = '" + engine + "'"))
                    .contains(files.privateKey() + " is an Ed25519 key")
                    .contains("use one of RSA or EC, or write engine = \"jdk\"");
        }
        assertThat(usable(tls() + "tls.engine = 'jdk'").certificate()).contains(files);
    }

    @Test
    void namesOfClientsNeedAnAuthority() {
        assertThat(problem(tls() + "relay.client-certificates = ['app.example.org']"))
                .contains(
                        "tls.client-authorities: missing; names in relay.client-certificates mean nothing without it");
        assertThat(problem("relay.client-certificates = ['sha256:abc']")).contains("64 hexadecimal digits");
        assertThat(usable(tls() + "relay.client-certificates = ['sha256:" + "ab".repeat(32) + "']")
                        .clientCertificates())
                .isTrue();
    }

    @Test
    void whatHasNoEffectWithoutACertificateIsAWarning() {
        String settings = """
                relay.client-certificates = ["app.example.org"]
                tls.minimum-version = "1.3"
                tls.client-authorities = "%s"
                """.formatted(authority.write(directory));
        String remedy = "no effect, since there is no tls.certificate: give one with its tls.private-key";

        assertThat(warnings(settings))
                .hasSize(3)
                .allMatch(each -> each.contains(remedy))
                .anyMatch(each -> each.contains(" relay.client-certificates: "))
                .anyMatch(each -> each.contains(" tls.minimum-version: "))
                .anyMatch(each -> each.contains(" tls.client-authorities: "));
        assertThat(warnings(tls() + settings)).isEmpty();
        assertThat(warnings("")).isEmpty();
    }

    @Test
    void authoritiesThatAreAskedAboutNobodyAreAWarning() {
        assertThat(warnings(tls() + "tls.client-authorities = '" + authority.write(directory) + "'"))
                .singleElement()
                .asString()
                .contains(" tls.client-authorities: no effect, since relay.client-certificates names nobody");
    }

    @Test
    void aNameHasOneCertificate() {
        String sni = "[[tls.sni]]\nname = 'a.example'\ncertificate = '%s'\nprivate-key = '%s'\n"
                .formatted(files.certificate(), files.privateKey());

        assertThat(problem(tls() + sni + sni)).contains("given twice");
        assertThat(problem(sni)).contains("tls.certificate: missing; it is what clients see");
        assertThat(problem(tls() + "[[tls.sni]]\nname = 'a.example'")).contains("tls.sni.certificate: missing");
        assertThat(problem(tls() + "tls.minimum-version = '1.1'")).contains("older versions are not safe");
    }
}
