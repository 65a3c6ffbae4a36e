package posthaste.server.smtp;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/** Plays the dialogues under {@code dialogues}, each named by the check of the protocol that it makes. */
class DialogueTest {
    private static final int AT_LEAST = 160;

    @TempDir
    static Path directory;

    private static RelayFixture relay;
    private static final Map<Cast, Listener> listeners = new EnumMap<>(Cast.class);
    private static final Map<Cast, InetSocketAddress> addresses = new EnumMap<>(Cast.class);

    @BeforeAll
    static void start() {
        relay = RelayFixture.start(directory);
        for (Cast cast : Cast.values()) {
            Listener listener = relay.listener(cast, relay.terminals(cast.terminals()));
            listeners.put(cast, listener);
            addresses.put(cast, RelayFixture.await(listener.listen()));
        }
    }

    @AfterAll
    static void stop() {
        listeners.values().forEach(each -> RelayFixture.await(each.close()));
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
        InetSocketAddress server = Objects.requireNonNull(addresses.get(dialogue.cast()));
        try (TestClient client = TestClient.connect(server)) {
            dialogue.play(client, relay::queued);
        }
    }
}
