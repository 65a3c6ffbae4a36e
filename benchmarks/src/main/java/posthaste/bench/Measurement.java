package posthaste.bench;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import posthaste.bench.load.FirstMessage;
import posthaste.bench.load.LoadContent;
import posthaste.bench.load.LoadGenerator;
import posthaste.bench.load.LoadShape;
import posthaste.bench.load.LoadSink;
import posthaste.bench.load.MessageLedger;
import posthaste.bench.load.TlsClients;

/**
 * One run: a fresh contender, where wanted a backlog and restarts, a warm-up that does not count, the load, and the wait until the sink has everything. The
 * messages are judged when the relay has ended, so that a late duplicate is seen too.
 */
final class Measurement {
    private static final int BACKLOG_CONTENT_BYTES = 1024;
    private static final int BACKLOG_CLIENTS = 50;
    private static final long POLL_MILLIS = 2;
    private static final long QUIET_SAMPLE_MILLIS = 1_000;
    private static final long QUIET_CPU_MILLIS = 50;
    private static final long SEED = 2_026;

    private final Plan plan;

    /**
     * What all runs have in common.
     *
     * @param limit of the measured load
     * @param warmUp how long the same load runs before
     * @param settle without an arrival for so long, what has not arrived is lost
     * @param heap whether the heap is looked at by full collections
     * @param backlog what lies in the queue meanwhile
     * @param restarts of the relay between backlog and load
     * @param sampling how often is looked at what the relay holds while the load runs
     * @param javaOptions for a relay in a JVM
     * @param settings lines of our relay's configuration
     * @param keyPair with which TLS is spoken; empty: none is
     */
    record Plan(
            LoadShape.Limit limit,
            Duration warmUp,
            Duration settle,
            boolean heap,
            Optional<Backlog> backlog,
            Optional<Restarting> restarts,
            Optional<Duration> sampling,
            String javaOptions,
            List<String> settings,
            Optional<KeyPair> keyPair) {}

    /**
     * Restarts of the relay.
     *
     * @param count how many, one after the other
     */
    record Restarting(Restart.Ending ending, int count) {}

    /**
     * Mail that cannot be delivered for now.
     *
     * @param messages how many
     * @param destinations over how many they are spread
     * @param unreachable whether nobody listens there; else a host answers 451 to every recipient
     */
    record Backlog(long messages, int destinations, boolean unreachable) {}

    Measurement(Plan plan) {
        this.plan = plan;
    }

    /**
     * @param directory empty; takes everything the contender writes
     * @param recording where a flight recording of it goes
     */
    RunResult run(Contender.Kind kind, Scenario scenario, Path directory, Optional<Path> recording)
            throws IOException, InterruptedException {
        LoadContent content = new LoadContent(scenario.contentBytes(), SEED);
        MessageLedger ledger = new MessageLedger();
        // Neither takes a message of the backlog, so neither content nor ledger matter.
        try (LoadSink sink = new LoadSink(LoadSink.Answer.TAKE, content, ledger);
                LoadSink deferring = new LoadSink(LoadSink.Answer.DEFER, content, ledger)) {
            if (plan.backlog().map(Backlog::unreachable).orElse(false)) deferring.stopListening();
            var hops = new Contender.Hops(sink.address(), plan.backlog().map(any -> deferring.address()));
            Observed observed;
            try (Contender contender = kind.start(
                    directory,
                    hops,
                    new Contender.Setup(plan.javaOptions(), plan.settings(), plan.keyPair(), recording))) {
                observed = observe(contender, scenario, content, ledger, deferring);
            }
            return observed.result(kind, ledger);
        }
    }

    /** What was seen while the contender ran. */
    private record Observed(
            String program,
            LoadGenerator.Offered offered,
            ProcessUsage usage,
            OptionalLong syncs,
            OptionalDouble syncsByDesign,
            RunResult.Heap heap,
            OptionalLong backlogDeferred,
            List<Restart> restarts,
            Soak soak) {

        RunResult result(Contender.Kind kind, MessageLedger ledger) {
            return new RunResult(
                    kind,
                    program,
                    ledger.account(offered.firstId(), offered.endId()),
                    offered.startNanos(),
                    offered.failures(),
                    offered.firstFailure(),
                    usage,
                    syncs,
                    syncsByDesign,
                    heap,
                    backlogDeferred,
                    restarts,
                    soak);
        }
    }

    private Observed observe(
            Contender contender, Scenario scenario, LoadContent content, MessageLedger ledger, LoadSink deferring)
            throws IOException, InterruptedException {
        OptionalLong heapEmpty = heap(contender);
        if (plan.backlog().isPresent()) fill(contender, plan.backlog().get(), deferring);
        OptionalLong heapBacklog = plan.backlog().isPresent() ? heapAtRest(contender) : OptionalLong.empty();
        List<Restart> restarts = restart(contender, scenario.shape(), content, ledger);
        OptionalLong heapRestarted = restarts.isEmpty() ? OptionalLong.empty() : heapAtRest(contender);
        // Unpaced: a JVM that saw a few hundred messages is not yet the relay that runs for days.
        offer(contender, scenario.shape().unpaced(), content, ledger, LoadShape.Limit.time(plan.warmUp()));
        ProcessUsage usageBefore = contender.usage();
        OptionalLong syncsBefore = contender.syncs();
        Optional<Sampler> sampler = plan.sampling().map(interval -> new Sampler(interval, vitals(contender, ledger)));
        LoadGenerator.Offered offered = offer(contender, scenario.shape(), content, ledger, plan.limit());
        Soak soak = sampler.isPresent()
                ? new Soak(sampler.get().stop()).until(plan.limit().time())
                : Soak.NONE;
        OptionalLong syncs = contender.syncs();
        ProcessUsage usage = contender.usage().since(usageBefore);
        return new Observed(
                contender.program(),
                offered,
                usage,
                syncs.isPresent() && syncsBefore.isPresent()
                        ? OptionalLong.of(syncs.getAsLong() - syncsBefore.getAsLong())
                        : OptionalLong.empty(),
                contender.syncsByDesign(),
                new RunResult.Heap(heapEmpty, heapBacklog, heapRestarted, heap(contender)),
                plan.backlog().isPresent() ? OptionalLong.of(deferring.deferred()) : OptionalLong.empty(),
                restarts,
                soak);
    }

    private List<Restart> restart(Contender contender, LoadShape shape, LoadContent content, MessageLedger ledger)
            throws IOException, InterruptedException {
        if (plan.restarts().isEmpty()) return List.of();
        Restartable relay = contender
                .restartable()
                .orElseThrow(() -> new IOException("this cannot be restarted: " + contender.program()));
        var client = new FirstMessage(contender.smtp(), shape, content, ledger);
        Restarting wanted = plan.restarts().get();
        return new Restarts(relay, client, ledger).run(wanted.ending(), wanted.count());
    }

    /** What the contender holds, and how far the load is: counted from now on. */
    private static Supplier<Map<Vital, Double>> vitals(Contender contender, MessageLedger ledger) {
        long acceptedBefore = ledger.acknowledged();
        long arrivalsBefore = ledger.arrivals();
        return () -> {
            Map<Vital, Double> values = new EnumMap<>(Vital.class);
            values.putAll(contender.vitals());
            values.put(Vital.ACCEPTED, (double) (ledger.acknowledged() - acceptedBefore));
            values.put(Vital.DELIVERED, (double) (ledger.arrivals() - arrivalsBefore));
            return values;
        };
    }

    /** Behind a fill or a start the relay has work with its backlog; only then its heap is what the backlog costs. */
    private OptionalLong heapAtRest(Contender contender) throws InterruptedException {
        if (plan.heap()) awaitRest(contender);
        return heap(contender);
    }

    /** Until it does nothing and has let go of the destinations it was at work with, or for the settle time. */
    private void awaitRest(Contender contender) throws InterruptedException {
        long deadline = System.nanoTime() + plan.settle().toNanos();
        awaitQuiet(contender);
        while (contender.vitals().getOrDefault(Vital.DESTINATIONS, 0.0) > 0 && System.nanoTime() < deadline) {
            Thread.sleep(QUIET_SAMPLE_MILLIS);
        }
    }

    private OptionalLong heap(Contender contender) {
        return plan.heap() ? contender.heapAfterFullCollection() : OptionalLong.empty();
    }

    /** Runs the load and waits until the sink has all that was accepted. */
    private LoadGenerator.Offered offer(
            Contender contender, LoadShape shape, LoadContent content, MessageLedger ledger, LoadShape.Limit limit)
            throws IOException, InterruptedException {
        LoadGenerator.Offered offered = new LoadGenerator(contender.smtp(), shape, content, ledger, tls()).run(limit);
        awaitGrowth(ledger::arrivals, ledger.acknowledged() * shape.recipients());
        return offered;
    }

    /** Gives the contender its backlog, and waits until each of its messages was tried once, or nothing moves any more. */
    private void fill(Contender contender, Backlog backlog, LoadSink deferring)
            throws IOException, InterruptedException {
        LoadShape shape =
                new LoadShape(BACKLOG_CLIENTS, 0, true, backlog.destinations(), 1, Contender.Hops.BACKLOG_SUFFIX, 0);
        MessageLedger own = new MessageLedger();
        LoadContent content = new LoadContent(BACKLOG_CONTENT_BYTES, SEED);
        new LoadGenerator(contender.smtp(), shape, content, own, tls())
                .run(LoadShape.Limit.messages(backlog.messages()));
        // Nobody counts attempts that reach no host.
        if (backlog.unreachable()) awaitQuiet(contender);
        else awaitGrowth(deferring::deferred, own.acknowledged());
    }

    private Optional<TlsClients> tls() throws IOException {
        return plan.keyPair().isPresent()
                ? Optional.of(TlsClients.believing(plan.keyPair().get().certificate()))
                : Optional.empty();
    }

    /** Until the contender costs next to nothing, or for the settle time. */
    private void awaitQuiet(Contender contender) throws InterruptedException {
        long deadline = System.nanoTime() + plan.settle().toNanos();
        ProcessUsage before = contender.usage();
        while (System.nanoTime() < deadline) {
            Thread.sleep(QUIET_SAMPLE_MILLIS);
            ProcessUsage now = contender.usage();
            if (now.since(before).cpuMillis() < QUIET_CPU_MILLIS) return;
            before = now;
        }
    }

    /** Until {@code count} reaches {@code wanted}, or stands still for the settle time. */
    private void awaitGrowth(LongSupplier count, long wanted) throws InterruptedException {
        long last = -1;
        long lastGrowth = System.nanoTime();
        while (count.getAsLong() < wanted) {
            if (count.getAsLong() != last) {
                last = count.getAsLong();
                lastGrowth = System.nanoTime();
            }
            if (System.nanoTime() - lastGrowth > plan.settle().toNanos()) return;
            Thread.sleep(POLL_MILLIS);
        }
    }
}
