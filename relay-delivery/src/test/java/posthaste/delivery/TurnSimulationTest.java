package posthaste.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import posthaste.delivery.testkit.Move;
import posthaste.delivery.testkit.ScriptedHop;
import posthaste.delivery.testkit.Step;
import posthaste.delivery.testkit.TestDns;
import posthaste.queue.MessageId;
import posthaste.queue.QueueEvent;
import posthaste.queue.QueueEvent.Kind;

/**
 * Leases that come and go while new mail arrives and the ordinary route is tried, with hosts and peers that fail at random: in
 * every order of these events each recipient comes to one end, and nothing arrives twice but what is listed as ambiguous. {@code
 * -Dposthaste.model.seed=N} replays the choices of one simulation (threads and sockets keep their own time), {@code
 * -Dposthaste.model.seconds=N} goes on for longer.
 */
class TurnSimulationTest {
    private static final long SLOW_SECONDS = 60;
    private static final int STEPS = 80;
    private static final int DOMAINS = 4;
    private static final int MISCHIEF_OF_A_STEP = 10;

    @TempDir
    Path directory;

    @Test
    @DisplayName("I196 each message once, whatever sessions, hosts and new mail do")
    void everyRecipientEndsOnceWhileLeasesComeAndGo() {
        simulate(Long.getLong("posthaste.model.seed", 1));
    }

    @Test
    @Tag("slow")
    void everyRecipientEndsOnceWhileLeasesComeAndGoForLong() {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(Long.getLong("posthaste.model.seconds", SLOW_SECONDS));
        for (long seed = System.nanoTime(); System.nanoTime() - end < 0; seed++) simulate(seed);
    }

    private void simulate(long seed) {
        try (Simulation simulation = new Simulation(directory.resolve("seed-" + seed), seed)) {
            simulation.run();
        } catch (RuntimeException | AssertionError broken) {
            throw new AssertionError("replay with -Dposthaste.model.seed=" + seed, broken);
        }
    }

    private static final class Simulation implements AutoCloseable {
        private final Random random;
        private final TestDns dns = TestDns.start();
        private final ScriptedHop host = ScriptedHop.start();
        private final List<ScriptedHop> peers = List.of(ScriptedHop.start(), ScriptedHop.start());
        private final EngineFixture engine;
        private final Map<MessageId, List<String>> accepted = new HashMap<>();
        private final List<CompletableFuture<Turned>> sessions = new ArrayList<>();
        private int sent;

        Simulation(Path directory, long seed) {
            random = new Random(seed);
            for (int i = 0; i < DOMAINS; i++) {
                String name = "d" + i + ".example";
                // The last one has a host that is never up.
                String address = i == DOMAINS - 1 ? "127.0.0.3" : "127.0.0.1";
                dns.mx(name, 10, "mx." + name).a("mx." + name, address);
            }
            dns.mx("app.example", 10, "mx.app.example").a("mx.app.example", "127.0.0.1"); // reports go there
            mischief(host);
            peers.forEach(this::mischief);
            engine = new EngineFixture(directory, EngineFixture.config(dns, host.port(), EngineFixture.FAST)).started();
        }

        private void mischief(ScriptedHop hop) {
            List<Move> moves = List.of(
                    Move.reply("421 4.3.2 Closing"),
                    Move.close(),
                    Move.reset(),
                    Move.reply("450 4.2.0 Later"),
                    Move.reply("452 4.5.3 Too many"));
            for (Step step : List.of(Step.GREETING, Step.EHLO, Step.MAIL, Step.RCPT, Step.DATA, Step.BODY, Step.DOT)) {
                for (int i = 0; i < MISCHIEF_OF_A_STEP; i++) {
                    Move move = step == Step.BODY ? Move.close() : moves.get(random.nextInt(moves.size()));
                    hop.when(step).nth(somewhere()).then(move);
                }
            }
            for (int i = 0; i < MISCHIEF_OF_A_STEP; i++) {
                hop.when(Step.RCPT).nth(somewhere()).then(Move.reply("550 5.1.1 No such user"));
                hop.when(Step.DOT).nth(somewhere()).then(Move.normally(), Move.reset());
            }
        }

        private int somewhere() {
            return 1 + random.nextInt(80);
        }

        void run() {
            for (int i = 0; i < STEPS; i++) step();
            sessions.forEach(EngineFixture::await);
            EngineFixture.await(
                    () -> {
                        turn(0, DOMAINS).ifPresent(EngineFixture::await);
                        return engine.queue().status().messages() == 0;
                    },
                    "not delivered");
            accepted.forEach(this::check);
            for (String gauge : List.of("ready", "under.way", "turned.leases")) {
                EngineFixture.await(() -> engine.gauge("posthaste.delivery." + gauge) == 0, "some stay " + gauge);
            }
            EngineFixture.await(() -> engine.queue().status().bodyBytesInMemory() == 0, "bodies stay in memory");
        }

        private void step() {
            int from = random.nextInt(DOMAINS);
            int to = from + 1 + random.nextInt(DOMAINS - from);
            switch (random.nextInt(6)) {
                case 0, 1, 2 -> send();
                case 3 -> turn(from, to).ifPresent(sessions::add);
                case 4 -> lease(from, to).ifPresent(TurnLease::release);
                default -> engine.attemptNow(DestinationMatch.exactly("d" + from + ".example"));
            }
        }

        private Optional<CompletableFuture<Turned>> turn(int from, int to) {
            ScriptedHop peer = peers.get(random.nextInt(peers.size()));
            return lease(from, to).map(lease -> engine.turn(lease, peer));
        }

        private Optional<TurnLease> lease(int from, int to) {
            List<String> domains = new ArrayList<>();
            for (int i = from; i < to; i++) domains.add("d" + i + ".example");
            return engine.lease(domains.toArray(String[]::new));
        }

        private void send() {
            for (int i = 1 + random.nextInt(5); i > 0; i--) {
                List<String> recipients = new ArrayList<>();
                sent++;
                for (int k = random.nextInt(4); k >= 0; k--) {
                    recipients.add("m" + sent + "-" + k + "@d" + random.nextInt(DOMAINS) + ".example");
                }
                accepted.put(engine.send("x\r\n", recipients.toArray(String[]::new)), recipients);
            }
        }

        private void check(MessageId id, List<String> recipients) {
            EngineFixture.await(() -> allEnded(engine.history(id), recipients), "no end of " + id);
            List<QueueEvent> history = engine.history(id);
            for (String each : recipients) check(each, history);
        }

        private static boolean allEnded(List<QueueEvent> history, List<String> recipients) {
            return recipients.stream()
                    .allMatch(each -> ends(history, each).findAny().isPresent());
        }

        private static Stream<QueueEvent> ends(List<QueueEvent> history, String recipient) {
            return history.stream()
                    .filter(each -> each.recipient().equals(recipient))
                    .filter(each -> each.kind() == Kind.DELIVERED || each.kind() == Kind.BOUNCED);
        }

        private void check(String recipient, List<QueueEvent> history) {
            String destination = recipient.substring(recipient.indexOf('@') + 1);
            long ambiguous = history.stream()
                    .filter(each -> each.kind() == Kind.AMBIGUOUS)
                    .filter(each -> each.destination().equals(destination))
                    .count();
            long copies = Stream.concat(Stream.of(host), peers.stream())
                    .flatMap(hop -> hop.received().stream())
                    .filter(each -> each.recipients().contains("RCPT TO:<" + recipient + ">"))
                    .count();
            List<Kind> ends = ends(history, recipient).map(QueueEvent::kind).toList();
            assertThat(ends).as("%s: %s", recipient, history).hasSize(1);
            int least = ends.get(0) == Kind.DELIVERED ? 1 : 0;
            assertThat(copies).as("copies of %s: %s", recipient, history).isBetween((long) least, least + ambiguous);
        }

        @Override
        public void close() {
            engine.close();
            host.close();
            peers.forEach(ScriptedHop::close);
            dns.close();
        }
    }
}
