package posthaste.bench;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** Every hostile client for a second, a few of each: the client that means well is served, and nothing stays behind. */
@Tag("slow")
class HostileIT {
    @TempDir
    Path directory;

    @Test
    void whoMeansWellIsServedAndNothingStaysBehind() {
        var printed = new ByteArrayOutputStream();
        var hostile = new Hostile(new PrintStream(printed, true, UTF_8));

        int exit = new CommandLine(hostile)
                .execute("--seconds", "1", "--scale", "0.02", "--leaks", "--directory", directory.toString());

        assertThat(exit).as(printed.toString(UTF_8)).isZero();
        assertThat(printed.toString(UTF_8)).contains("smuggling", "handshakes", "idle-tls");
    }
}
