package posthaste.bench;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.function.BooleanSupplier;
import posthaste.bench.load.FirstMessage;
import posthaste.bench.load.MessageLedger;

/**
 * Ends a relay and launches it again, several times, and takes the time until a client is greeted, has its message
 * accepted, and the sink has it. Behind each the relay is left as it was found: the message out of its queue.
 */
final class Restarts {
    private static final Duration TAKEN_LIMIT = Duration.ofMinutes(5);
    private static final Duration ARRIVED_LIMIT = Duration.ofMinutes(5);

    /** Outcomes are written within 100 ms of the reply; a kill before would repeat the message, as it may. */
    private static final Duration SETTLED_LIMIT = Duration.ofSeconds(10);

    private static final long POLL_MILLIS = 1;

    private final Restartable relay;
    private final FirstMessage client;
    private final MessageLedger ledger;

    /**
     * @param client of {@code relay}
     * @param ledger of the client and of the sink
     */
    Restarts(Restartable relay, FirstMessage client, MessageLedger ledger) {
        this.relay = relay;
        this.client = client;
        this.ledger = ledger;
    }

    /** @throws IOException where the relay does not come back, or does not deliver */
    List<Restart> run(Restart.Ending ending, int count) throws IOException, InterruptedException {
        OptionalLong queued = relay.queued();
        awaitArrival(client.send(TAKEN_LIMIT)); // a rehearsal, so that no class of ours is loaded while the clock runs
        await(() -> isAtMost(queued), SETTLED_LIMIT);
        List<Restart> restarts = new ArrayList<>();
        for (int i = 0; i < count; i++) restarts.add(restart(ending));
        return restarts;
    }

    private Restart restart(Restart.Ending ending) throws IOException, InterruptedException {
        OptionalLong queued = relay.queued();
        long signalled = System.nanoTime();
        relay.end(ending);
        long ended = System.nanoTime();
        long launched = System.nanoTime();
        relay.launch();
        FirstMessage.Taken taken = client.send(TAKEN_LIMIT);
        long arrived = awaitArrival(taken);
        relay.awaitReady();
        await(() -> isAtMost(queued), SETTLED_LIMIT);
        return new Restart(
                ended - signalled,
                taken.greetedNanos() - launched,
                taken.acceptedNanos() - launched,
                arrived - launched);
    }

    /** When it arrived. */
    private long awaitArrival(FirstMessage.Taken taken) throws IOException, InterruptedException {
        if (!await(() -> ledger.arrivedNanos(taken.id()).isPresent(), ARRIVED_LIMIT)) {
            throw new IOException("a message that the relay took did not arrive within " + ARRIVED_LIMIT);
        }
        return ledger.arrivedNanos(taken.id()).orElseThrow();
    }

    private boolean isAtMost(OptionalLong before) {
        OptionalLong now = relay.queued();
        return now.isPresent() && before.isPresent() && now.getAsLong() <= before.getAsLong();
    }

    private static boolean await(BooleanSupplier condition, Duration limit) throws InterruptedException {
        long deadline = System.nanoTime() + limit.toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > deadline) return false;
            Thread.sleep(POLL_MILLIS);
        }
        return true;
    }
}
