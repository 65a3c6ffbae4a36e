package posthaste.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
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
 * The engine on one queue over several runs, with hosts that fail at random: every recipient of every accepted message
 * comes to one end, and nothing arrives twice but what is listed as ambiguous. {@code -Dposthaste.model.seed=N} replays
 * the choices of one simulation (threads and sockets keep their own time), {@code -Dposthaste.model.seconds=N} goes on
 * for longer.
 */
class EngineSimulationTest {
    private static final long SLOW_SECONDS = 60;
    private static final int RUNS = 3;
    private static final int MESSAGES_OF_A_RUN = 60;
    private static final int DOMAINS = 5;
    private static final int MISCHIEF_OF_A_STEP = 12;
    /** Between a time in the wall clock's milliseconds and one of another run of the queue. */
    private static final long ROUNDING_MILLIS = 5;

    @TempDir
    Path directory;

    @Test
    void everyRecipientEndsOnceOverRestarts() {
        simulate(Long.getLong("posthaste.model.seed", 1));
    }

    @Test
    @Tag("slow")
    void everyRecipientEndsOnceOverRestartsForLong() {
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

    /** One history: what was sent, the hosts, and the runs of the engine. */
    private static final class Simulation implements AutoCloseable {
        private final Path directory;
        private final Random random;
        private final TestDns dns = TestDns.start();
        private final ScriptedHop one = ScriptedHop.start();
        private final ScriptedHop two = ScriptedHop.start(loopback(2), one.port());
        private final Map<MessageId, List<String>> accepted = new HashMap<>();
        private int sent;

        Simulation(Path directory, long seed) {
            this.directory = directory;
            random = new Random(seed);
            domain("d0.example", "127.0.0.1");
            domain("d1.example", "127.0.0.1");
            domain("d2.example", "127.0.0.2");
            domain("d3.example", "127.0.0.2", "127.0.0.1");
            domain("d4.example", "127.0.0.3", "127.0.0.2"); // nobody listens on the first
            domain("app.example", "127.0.0.1"); // reports go there
            mischief(one);
            mischief(two);
        }

        private void domain(String name, String... addresses) {
            for (int i = 0; i < addresses.length; i++) {
                String host = "mx" + i + "." + name;
                dns.mx(name, 10 * (i + 1), host).a(host, addresses[i]);
            }
        }

        private static InetAddress loopback(int last) {
            try {
                return InetAddress.getByAddress(new byte[] {127, 0, 0, (byte) last});
            } catch (UnknownHostException impossible) {
                throw new IllegalStateException(impossible);
            }
        }

        private void mischief(ScriptedHop hop) {
            List<Move> moves = List.of(
                    Move.reply("421 4.3.2 Closing"),
                    Move.close(),
                    Move.reset(),
                    Move.reply("450 4.2.0 Later"),
                    Move.reply("451 4.7.1 Too many messages"));
            for (Step step : List.of(Step.GREETING, Step.EHLO, Step.MAIL, Step.RCPT, Step.DATA, Step.BODY, Step.DOT)) {
                for (int i = 0; i < MISCHIEF_OF_A_STEP; i++) {
                    Move move = moves.get(random.nextInt(moves.size()));
                    if (step == Step.BODY) hop.when(step).nth(somewhere()).then(Move.close());
                    else if (random.nextBoolean())
                        hop.when(step).nth(somewhere()).then(move);
                    else hop.when(step).nth(somewhere()).then(move, Move.close());
                }
            }
            for (int i = 0; i < MISCHIEF_OF_A_STEP; i++) {
                hop.when(Step.RCPT).nth(somewhere()).then(Move.reply("550 5.1.1 No such user"));
                hop.when(Step.DOT).nth(somewhere()).then(Move.normally(), Move.reset());
            }
        }

        private int somewhere() {
            return 1 + random.nextInt(150);
        }

        void run() {
            for (int i = 0; i < RUNS; i++) {
                EngineFixture engine = start();
                Map<CompletionStage<MessageId>, List<String>> answers = new HashMap<>();
                for (int k = 0; k < MESSAGES_OF_A_RUN; k++) send(engine, answers);
                answers.forEach((answer, recipients) -> accepted.put(EngineFixture.await(answer), recipients));
                int some = random.nextInt(MESSAGES_OF_A_RUN);
                int before = dots();
                EngineFixture.await(
                        () -> dots() >= before + some || engine.queue().status().messages() == 0, "no dot arrives");
                engine.end(random.nextBoolean() ? Duration.ZERO : Duration.ofSeconds(10));
            }
            try (EngineFixture engine = start()) {
                engine.awaitEmpty();
                accepted.forEach((id, recipients) -> check(engine, id, recipients));
                EngineFixture.await(() -> engine.gauge("posthaste.delivery.ready") == 0, "some stay ready");
                EngineFixture.await(() -> engine.gauge("posthaste.delivery.under.way") == 0, "some stay under way");
                EngineFixture.await(() -> engine.queue().status().bodyBytesInMemory() == 0, "bodies stay in memory");
            }
        }

        private EngineFixture start() {
            return new EngineFixture(directory, EngineFixture.config(dns, one.port(), EngineFixture.FAST)).started();
        }

        private int dots() {
            return one.dots().size() + two.dots().size();
        }

        private void send(EngineFixture engine, Map<CompletionStage<MessageId>, List<String>> answers) {
            List<String> recipients = new ArrayList<>();
            int count = 1 + random.nextInt(4);
            sent++;
            for (int k = 0; k < count; k++) {
                recipients.add("m" + sent + "-" + k + "@d" + random.nextInt(DOMAINS) + ".example");
            }
            answers.put(engine.submit("x\r\n", recipients.toArray(String[]::new)), recipients);
        }

        private void check(EngineFixture engine, MessageId id, List<String> recipients) {
            EngineFixture.await(() -> allEnded(engine.history(id), recipients), "no end of " + id);
            List<QueueEvent> history = engine.history(id);
            for (String each : recipients) checkEnd(each, history);
            history.stream()
                    .map(QueueEvent::destination)
                    .distinct()
                    .forEach(destination -> checkAttempts(history.stream()
                            .filter(each -> each.destination().equals(destination))
                            .filter(each -> each.kind() != Kind.REPORTED)
                            .toList()));
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

        private void checkEnd(String recipient, List<QueueEvent> history) {
            String destination = recipient.substring(recipient.indexOf('@') + 1);
            long ambiguous = history.stream()
                    .filter(each -> each.kind() == Kind.AMBIGUOUS)
                    .filter(each -> each.destination().equals(destination))
                    .count();
            long copies = Stream.of(one, two)
                    .flatMap(hop -> hop.received().stream())
                    .filter(each -> each.recipients().contains("RCPT TO:<" + recipient + ">"))
                    .count();
            List<Kind> ends = ends(history, recipient).map(QueueEvent::kind).toList();
            assertThat(ends).as("%s: %s", recipient, history).hasSize(1);
            int least = ends.get(0) == Kind.DELIVERED ? 1 : 0;
            assertThat(copies).as("copies of %s: %s", recipient, history).isBetween((long) least, least + ambiguous);
        }

        /** Over restarts too attempts are counted on, and none comes before its time. */
        private static void checkAttempts(List<QueueEvent> ofDestination) {
            int attempts = 0;
            long due = 0;
            for (QueueEvent each : ofDestination) {
                assertThat(each.attempts()).as("%s", ofDestination).isGreaterThanOrEqualTo(attempts);
                // An unanswered dot is deferred at the start, whatever was recorded of it before.
                boolean atStart = each.detail().contains("The relay ended");
                if (!atStart)
                    assertThat(each.atMillis()).as("%s", ofDestination).isGreaterThanOrEqualTo(due - ROUNDING_MILLIS);
                attempts = each.attempts();
                if (each.nextDueMillis() > 0) due = each.nextDueMillis();
            }
        }

        @Override
        public void close() {
            one.close();
            two.close();
            dns.close();
        }
    }
}
