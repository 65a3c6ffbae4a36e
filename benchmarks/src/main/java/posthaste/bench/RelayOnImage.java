package posthaste.bench;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/** Starts a whole relay on what a power cut left, and waits until every promised message is at a next hop. */
final class RelayOnImage {
    private static final Duration READY_LIMIT = Duration.ofSeconds(60);
    private static final Duration STOP_LIMIT = Duration.ofSeconds(30);
    private static final Duration ARRIVAL_LIMIT = Duration.ofSeconds(60);
    private static final long POLL_MILLIS = 50;

    private final PowerRecording recording;
    private final Path config;

    /** @param directory where the configuration is written */
    RelayOnImage(PowerRecording recording, Path directory) {
        this.recording = recording;
        config = directory.resolve("image.toml");
    }

    /**
     * What went wrong; empty when nothing did.
     *
     * @param promised ids of the messages whose 250 had begun to be sent
     */
    List<String> problems(Path dataDirectory, Set<String> promised) throws IOException, InterruptedException {
        var log = new RelayLog();
        try (ExactSink sink = new ExactSink(0)) {
            RelayProcess.write(config, PowerRecording.configuration(dataDirectory, sink.port(), ""));
            try (RelayProcess relay = RelayProcess.start(RelayProcess.launcher(), config, List.of(), log)) {
                try {
                    relay.awaitReady(READY_LIMIT);
                } catch (IOException dead) {
                    return List.of("the relay does not start: " + dead.getMessage());
                }
                Set<String> missing = awaitArrival(sink, promised);
                List<String> problems = new ArrayList<>();
                if (!missing.isEmpty()) problems.add("never delivered by the relay: " + missing);
                int exit = relay.terminate(STOP_LIMIT);
                if (exit != 0) problems.add("exit " + exit + " of the relay: " + relay.tail());
                return problems;
            }
        }
    }

    private Set<String> awaitArrival(ExactSink sink, Set<String> promised) throws InterruptedException {
        long deadline = System.nanoTime() + ARRIVAL_LIMIT.toNanos();
        while (true) {
            Set<String> missing = missing(sink.taken(), promised);
            if (missing.isEmpty() || System.nanoTime() > deadline) return missing;
            Thread.sleep(POLL_MILLIS); // poll of a condition, bounded by the limit
        }
    }

    private Set<String> missing(List<ExactSink.Taken> now, Set<String> promised) {
        List<ExactSink.Taken> all = new ArrayList<>(recording.taken());
        all.addAll(now);
        Map<String, CrashLoad.Sent> originals = new HashMap<>();
        Set<String> arrived = new HashSet<>();
        for (ExactSink.Taken each : all) {
            Optional<CrashLoad.Sent> original =
                    Optional.ofNullable(recording.sent().get(each.testId()));
            if (original.isEmpty() || !original.get().digest().equals(each.digest())) continue;
            originals.put(each.relayId(), original.get());
            arrived.add(each.relayId() + " " + each.recipient());
        }
        Set<String> missing = new TreeSet<>();
        for (String id : promised) {
            if (!originals.containsKey(id)) {
                missing.add(id);
                continue;
            }
            for (String recipient : originals.get(id).recipients()) {
                if (!arrived.contains(id + " " + recipient)) missing.add(id + " " + recipient);
            }
        }
        return missing;
    }
}
