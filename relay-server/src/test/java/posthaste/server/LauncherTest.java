package posthaste.server;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** deploy/bin/posthaste in the layout of an archive, with a JVM that only tells how it was called. */
class LauncherTest {
    private static final long LIMIT_SECONDS = 30;
    private static final String JAVA = """
            #!/bin/sh
            echo "pid $$"
            for argument; do echo "$argument"; done
            """;

    @TempDir
    private Path directory;

    /** What a finished launcher said and how it ended. */
    private record Ended(long pid, int exitCode, List<String> out, String err) {}

    @BeforeEach
    void unpack() throws IOException {
        Path bin = Files.createDirectories(directory.resolve("posthaste/bin"));
        Files.createDirectories(directory.resolve("posthaste/lib/native"));
        Files.copy(DocsDirectory.find().resolveSibling("deploy/bin/posthaste"), bin.resolve("posthaste"));
        executable(bin.resolve("posthaste"));
    }

    private static void executable(Path file) throws IOException {
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    private Path jvm(String version) throws IOException {
        Path home = directory.resolve("jvm-" + version);
        Path java = Files.createDirectories(home.resolve("bin")).resolve("java");
        Files.writeString(java, JAVA);
        executable(java);
        Files.writeString(home.resolve("release"), "JAVA_VERSION=\"" + version + "\"\n");
        return home;
    }

    private Ended run(Path launcher, Map<String, String> environment, String... arguments) throws Exception {
        var builder = new ProcessBuilder(launcher.toString()).directory(directory.toFile());
        builder.command().addAll(List.of(arguments));
        builder.environment().remove("JAVA_OPTS");
        builder.environment().putAll(environment);
        Process process = builder.start();
        assertThat(process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS)).isTrue();
        List<String> out = new String(process.getInputStream().readAllBytes(), UTF_8)
                .lines()
                .toList();
        String err = new String(process.getErrorStream().readAllBytes(), UTF_8);
        return new Ended(process.pid(), process.exitValue(), out, err);
    }

    private Path launcher() {
        return directory.resolve("posthaste/bin/posthaste");
    }

    @Test
    void itsPidIsTheRelaysAndArgumentsStayWhole() throws Exception {
        String home = jvm("17.0.15").toString();

        Ended ended = run(launcher(), Map.of("JAVA_HOME", home), "serve", "--config", "a file.toml");

        assertThat(ended.exitCode()).isZero();
        assertThat(ended.out()).startsWith("pid " + ended.pid());
        assertThat(ended.out()).endsWith("posthaste.server.Main", "serve", "--config", "a file.toml");
    }

    @Test
    void memoryIsBoundedUnlessJavaOptsSaysOtherwise() throws Exception {
        String home = jvm("17.0.15").toString();

        List<String> usual = run(launcher(), Map.of("JAVA_HOME", home)).out();
        List<String> chosen = run(launcher(), Map.of("JAVA_HOME", home, "JAVA_OPTS", "-Xmx1g -Dx=y"))
                .out();

        assertThat(usual)
                .containsSubsequence("-Xmx256m", "-XX:MaxDirectMemorySize=128m", "-XX:+ExitOnOutOfMemoryError", "-cp")
                .doesNotContain("-XX:+UseCompactObjectHeaders");
        assertThat(chosen).contains("-Xmx1g", "-Dx=y").doesNotContain("-Xmx256m");
    }

    @Test
    void aNewJvmGetsTheFlagsThatHelpThere() throws Exception {
        List<String> out =
                run(launcher(), Map.of("JAVA_HOME", jvm("25.0.3").toString())).out();

        assertThat(out).contains("-XX:+UseCompactObjectHeaders", "--enable-native-access=ALL-UNNAMED");
    }

    @Test
    void aLinkToItLeadsToItsOwnJars() throws Exception {
        Path link = Files.createSymbolicLink(directory.resolve("relay"), Path.of("posthaste/bin/posthaste"));

        List<String> out =
                run(link, Map.of("JAVA_HOME", jvm("17.0.15").toString())).out();

        String lib = directory.toRealPath().resolve("posthaste/lib").toString();
        assertThat(out).contains("-Djava.library.path=" + lib + "/native").containsSubsequence("-cp", lib + "/*");
    }

    @Test
    void anOldOrMissingJvmIs69WithAWayOut() throws Exception {
        Ended old = run(launcher(), Map.of("JAVA_HOME", jvm("11.0.2").toString()));
        Ended missing =
                run(launcher(), Map.of("JAVA_HOME", directory.resolve("nowhere").toString()));

        assertThat(old.exitCode()).isEqualTo(69);
        assertThat(old.err()).contains("Java 17 or later is needed").contains("install openjdk-17");
        assertThat(missing.exitCode()).isEqualTo(69);
        assertThat(missing.err()).contains("JAVA_HOME is ").contains("correct or unset it");
    }
}
