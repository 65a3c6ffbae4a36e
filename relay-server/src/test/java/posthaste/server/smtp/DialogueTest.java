package posthaste.server.smtp;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/** Plays the dialogues under {@code dialogues}, each named by the check of the protocol that it makes. */
class DialogueTest {
    private static final int AT_LEAST = 80;

    @TempDir
    static Path directory;

    private static RelayFixture relay;
    private static Listener forStrangers;
    private static InetSocketAddress strangersAddress;

    @BeforeAll
    static void start() {
        relay = RelayFixture.start(directory);
        forStrangers = relay.listener(LimitsConfig.DEFAULT, "192.0.2.0/24");
        strangersAddress = RelayFixture.await(forStrangers.listen());
    }

    @AfterAll
    static void stop() {
        RelayFixture.await(forStrangers.close());
        relay.close();
    }

    @TestFactory
    Stream<DynamicTest> dialogues() throws IOException, URISyntaxException {
        List<Dialogue> dialogues = read();
        assertThat(dialogues).hasSizeGreaterThan(AT_LEAST);
        return dialogues.stream().map(each -> DynamicTest.dynamicTest(each.name(), () -> play(each)));
    }

    private static List<Dialogue> read() throws IOException, URISyntaxException {
        var place = Objects.requireNonNull(DialogueTest.class.getResource("/dialogues"));
        try (Stream<Path> files = Files.list(Path.of(place.toURI()))) {
            return files.sorted().map(Dialogue::read).toList();
        }
    }

    private static void play(Dialogue dialogue) {
        InetSocketAddress server = dialogue.isOfStranger() ? strangersAddress : relay.address;
        try (TestClient client = TestClient.connect(server)) {
            dialogue.play(client, relay::queued);
        }
    }
}
