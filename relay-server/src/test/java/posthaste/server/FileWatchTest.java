package posthaste.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.Vertx;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Changes of files are told once, when they have settled. */
class FileWatchTest {
    @TempDir
    Path directory;

    private final AtomicInteger told = new AtomicInteger();
    private Vertx vertx;
    private Path first;
    private Path second;
    private FileWatch watch;

    @BeforeEach
    void begin() throws IOException {
        vertx = Vertx.vertx();
        first = Files.writeString(directory.resolve("first"), "1");
        second = Files.writeString(directory.resolve("second"), "2");
        watch = new FileWatch(vertx, List.of(first, second), () -> told.incrementAndGet() > 0);
    }

    @AfterEach
    void end() throws Exception {
        vertx.close().toCompletionStage().toCompletableFuture().get(20, TimeUnit.SECONDS);
    }

    private void look(int times) {
        for (int i = 0; i < times; i++) watch.step();
    }

    @Test
    void whatDoesNotChangeIsNotTold() {
        look(5);

        assertThat(told).hasValue(0);
    }

    @Test
    void filesThatAreWrittenOneAfterTheOtherAreToldTogether() throws IOException {
        Files.writeString(first, "one");
        look(1);
        Files.writeString(second, "two");
        look(1);
        assertThat(told).as("it has not settled").hasValue(0);

        look(3);

        assertThat(told).hasValue(1);
    }

    @Test
    void aFileThatTakesThePlaceOfAnotherIsAChange() throws IOException {
        FileTime time = Files.getLastModifiedTime(first);
        Path other = Files.setLastModifiedTime(Files.writeString(directory.resolve("other"), "9"), time);
        Files.move(other, first, StandardCopyOption.REPLACE_EXISTING);

        look(2);

        assertThat(told).hasValue(1);
    }

    @Test
    void whatCouldNotBeReadIsToldAgainAtEachLook() throws IOException {
        var readable = new AtomicBoolean();
        var stubborn = new FileWatch(vertx, List.of(first), () -> {
            told.incrementAndGet();
            return readable.get();
        });
        Files.writeString(first, "one");
        for (int i = 0; i < 4; i++) stubborn.step();
        assertThat(told).as("settled at the second look").hasValue(3);

        readable.set(true);
        for (int i = 0; i < 4; i++) stubborn.step();

        assertThat(told).hasValue(4);
    }

    @Test
    void aFileThatGoesAndComesIsToldTwice() throws IOException {
        Files.delete(second);
        look(2);
        Files.writeString(second, "2 again");
        look(2);

        assertThat(told).hasValue(2);
    }
}
