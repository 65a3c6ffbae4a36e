package posthaste.queue.rocksdb;

import java.io.IOException;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import org.rocksdb.RocksDBException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import posthaste.queue.Delivery;
import posthaste.queue.DeliveryKey;
import posthaste.queue.DeliveryListener;
import posthaste.queue.DotSlots;
import posthaste.queue.EventLog;
import posthaste.queue.IncomingMessage;
import posthaste.queue.MailQueue;
import posthaste.queue.MessageId;
import posthaste.queue.PriorityClass;
import posthaste.queue.QueueConfig;
import posthaste.queue.QueueException;
import posthaste.queue.QueueMetrics;
import posthaste.queue.QueuedMessage;
import posthaste.queue.Settlement;

/**
 * The queue on one RocksDB database: {@code queue} in the data directory, beside the slots of unanswered final dots
 * ({@code in-dot}) and the file that keeps other processes out ({@code lock}).
 */
public final class RocksMailQueue implements MailQueue {
    private static final Logger LOG = LoggerFactory.getLogger(RocksMailQueue.class);
    private static final int READ_MAX = 10_000;

    private final DataDirectory directory;
    private final RocksTuning tuning;
    private final Store store;
    private final QueueHealth health = new QueueHealth();
    private final QueueClock clock;
    private final IdSource ids;
    private final Committer committer;
    private final Thread committerThread;
    private final Readers readers;
    private final BodyMemory memory;
    private final BodyReads bodies;
    private final QueueReads reads;
    private final Intake intake;
    private final MappedDotSlots dotSlots;
    private final Maintenance maintenance;
    private final RocksEventLog events;
    private final UnansweredDots unanswered;
    private final AtomicBoolean started = new AtomicBoolean();
    private volatile Optional<Thread> scan = Optional.empty();
    private boolean closed;

    private RocksMailQueue(
            QueueConfig config,
            QueueMetrics metrics,
            InstantSource wallClock,
            DataDirectory directory,
            RocksTuning tuning)
            throws IOException, RocksDBException {
        this.directory = directory;
        this.tuning = tuning;
        FreeSpace space = new FreeSpace(directory.root(), config.freeSpaceReserve(), health);
        dotSlots = MappedDotSlots.open(directory.dotSlots());
        CommitWitness witness = CommitWitness.open(directory.witness());
        Recovery recovery = new Recovery(directory.database(), directory.root(), tuning, witness);
        store = new Store(recovery.open());
        try {
            int unfinished = Recovery.dropUnfinished(store.ofCommitter());
            if (unfinished > 0) LOG.info("{} messages were being received when the last run ended", unfinished);
            clock = new QueueClock(wallClock.millis());
            QueueState state = new ClockSetBack(store.ofCommitter(), clock.millis()).mend();
            ids = new IdSource(clock, state.idCeiling());
            committer = new Committer(store, recovery::open, state, ids, witness, health, metrics, config.groupMax());
            readers = new Readers(store);
            memory = new BodyMemory(config.bodyMemory());
            bodies = new BodyReads(readers);
            reads = new QueueReads(bodies, memory, metrics);
            intake = new Intake(committer, memory, bodies, clock, config.chunkBytes());
            events = new RocksEventLog(readers, committer);
            unanswered = UnansweredDots.find(store, reads, dotSlots.inherited());
            maintenance = new Maintenance(store, committer, clock, wallClock, config);
        } catch (QueueException | RocksDBException failure) {
            store.close();
            throw failure;
        }
        committerThread = new Thread(committer, "queue-committer");
        committerThread.start();
        space.check();
        maintenance.start(space);
        metrics.gauge("posthaste.queue.messages", "Queued messages.", committer::messages);
        metrics.gauge("posthaste.queue.waiting", "Changes that wait for the committer.", committer::waiting);
        metrics.gauge("posthaste.queue.body.bytes", "Bytes of incoming and fresh bodies in memory.", memory::used);
        new StoreMeters(store, tuning.statistics()).export(metrics);
    }

    /**
     * Opens the queue in {@code config.directory()}, which is created where it is missing. Blocks.
     *
     * @param wallClock read once: the queue's clock is its value at start plus monotonic time; later only compared
     * @throws QueueException.CannotOpen damaged (65), not writable (73), I/O error (74), used by another process (75)
     */
    public static RocksMailQueue open(QueueConfig config, QueueMetrics metrics, InstantSource wallClock) {
        DataDirectory directory = DataDirectory.open(config.directory());
        RocksTuning tuning = new RocksTuning(config);
        try {
            return new RocksMailQueue(config, metrics, wallClock, directory, tuning);
        } catch (QueueException.CannotOpen why) {
            giveUp(directory, tuning);
            throw why;
        } catch (QueueException.Corrupt damage) {
            giveUp(directory, tuning);
            throw damaged(directory, damage);
        } catch (IOException | RocksDBException failure) {
            giveUp(directory, tuning);
            if (failure instanceof RocksDBException broken && Recovery.isCorruption(broken)) {
                throw damaged(directory, failure);
            }
            throw new QueueException.CannotOpen(Recovery.IO_ERROR, directory.root() + ": " + failure);
        }
    }

    private static QueueException.CannotOpen damaged(DataDirectory directory, Exception damage) {
        return new QueueException.CannotOpen(
                Recovery.DAMAGED,
                "the database in " + directory.database() + " is damaged: " + damage.getMessage()
                        + ". Keep the directory, and rescue what can be read with posthaste salvage");
    }

    private static void giveUp(DataDirectory directory, RocksTuning tuning) {
        tuning.close();
        unlock(directory);
    }

    private static void unlock(DataDirectory directory) {
        try {
            directory.close();
        } catch (IOException failure) {
            LOG.warn("unlocking the data directory: {}", failure.toString());
        }
    }

    @Override
    public void start(DeliveryListener listener, long ambiguousDelayMillis) {
        if (!started.compareAndSet(false, true)) throw new IllegalStateException("started before");
        committer.listener(listener);
        CompletableFuture<Void> deferred = deferUnanswered(ambiguousDelayMillis);
        Thread thread = new Thread(() -> tellBacklog(listener, deferred), "queue-scan");
        thread.setDaemon(true);
        thread.start();
        scan = Optional.of(thread);
    }

    /** Submitted before anything else, so it is on disk before any of it can be read. */
    private CompletableFuture<Void> deferUnanswered(long delayMillis) {
        List<Settlement> settlements = unanswered.deferrals(clock.millis() + delayMillis);
        if (settlements.isEmpty()) return CompletableFuture.completedFuture(null);
        List<Settle> deferrals = new ArrayList<>(settlements.size());
        for (Settlement settlement : settlements) deferrals.add(settling(settlement, Runnable::run));
        DeferInherited change = new DeferInherited(deferrals);
        committer.submit(change).ifPresent(refusal -> change.failed(refusal, new Completions()));
        return change.waiter();
    }

    private void tellBacklog(DeliveryListener listener, CompletableFuture<Void> deferred) {
        try {
            deferred.join();
        } catch (CompletionException failed) {
            LOG.error("unanswered final dots of the last run stay marked", failed);
            return;
        }
        dotSlots.forgetInherited();
        unanswered.tell(listener);
        new BacklogScan(store, listener).run();
    }

    @Override
    public Optional<QueueException> refusal() {
        return health.refusal();
    }

    @Override
    public IncomingMessage begin() {
        return new IncomingBody(intake, ids.next());
    }

    @Override
    public CompletionStage<Backlog> backlog(
            String destination, PriorityClass priority, DeliveryKey from, long untilMillis, int max, Executor owner) {
        requireBounded(max);
        return readers.read(owner, database -> reads.backlog(database, destination, priority, from, untilMillis, max));
    }

    @Override
    public CompletionStage<Aged> acceptedBefore(long beforeMillis, MessageId after, int maxMessages, Executor owner) {
        requireBounded(maxMessages);
        return readers.read(owner, database -> reads.acceptedBefore(database, beforeMillis, after, maxMessages));
    }

    @Override
    public CompletionStage<List<Delivery>> expired(long nowMillis, int maxMessages, Executor owner) {
        requireBounded(maxMessages);
        return readers.read(owner, database -> reads.expired(database, nowMillis, maxMessages));
    }

    @Override
    public CompletionStage<Passed> passed(
            Moment moment, Passed.Cursor after, long untilMillis, int maxMessages, Executor owner) {
        requireBounded(maxMessages);
        return readers.read(owner, database -> reads.passed(database, moment, after, untilMillis, maxMessages));
    }

    private static void requireBounded(int max) {
        if (max < 1 || max > READ_MAX) throw new IllegalArgumentException("1 to " + READ_MAX + ": " + max);
    }

    @Override
    public CompletionStage<Void> settle(Settlement settlement, Executor owner) {
        if (!bodyOf(settlement).beginSettling()) {
            String id = settlement.delivery().message().id().toString();
            return failed(new QueueException.Stale(id + " is being settled already"), owner);
        }
        Settle change = settling(settlement, owner);
        Optional<QueueException> refusal = committer.submitRider(change);
        if (refusal.isEmpty()) return change.waiter();
        change.failed(refusal.get(), new Completions());
        return failed(asFailure(refusal.get()), owner);
    }

    private static QueueException asFailure(QueueException refusal) {
        if (!(refusal instanceof QueueException.Full)) return refusal;
        return new QueueException.Failed(String.valueOf(refusal.getMessage()), refusal);
    }

    private static CompletionStage<Void> failed(QueueException why, Executor owner) {
        CompletableFuture<Void> answer = new CompletableFuture<>();
        owner.execute(() -> answer.completeExceptionally(why));
        return answer;
    }

    private static PartBody bodyOf(Settlement settlement) {
        if (settlement.delivery().body() instanceof PartBody body) return body;
        throw new IllegalArgumentException("a delivery of another queue");
    }

    private Settle settling(Settlement settlement, Executor owner) {
        List<NewMessage> reports = new ArrayList<>(settlement.reports().size());
        for (Settlement.Report report : settlement.reports()) reports.add(reporting(report));
        return new Settle(settlement, bodyOf(settlement), reports, clock.millis(), owner);
    }

    /** A report is accepted like any message; its content is one chunk. */
    private NewMessage reporting(Settlement.Report report) {
        byte[] content = report.content();
        StoredMessage stored = new StoredMessage(
                new QueuedMessage(ids.next(), report.envelope(), content.length, content.length == 0 ? 0 : 1),
                content.length == 0 ? new int[0] : new int[] {BodyReads.sumOf(content)},
                Part.of(report.envelope().recipients()));
        boolean keep = content.length > 0 && memory.mayKeep(content.length);
        if (keep) memory.reserve(content.length);
        MessageBody body = keep
                ? MessageBody.resident(stored, bodies, memory, new byte[][] {content})
                : MessageBody.onDisk(stored, bodies, memory);
        return new NewMessage(body, content, clock.millis());
    }

    @Override
    public DotSlots dotSlots() {
        return dotSlots;
    }

    @Override
    public EventLog events() {
        return events;
    }

    @Override
    public QueueStatus status() {
        return new QueueStatus(committer.messages(), health.fatal(), committer.waiting(), memory.used());
    }

    @Override
    public InstantSource clock() {
        return clock;
    }

    /**
     * Compares the whole database with the states of docs/queue.md, for proofs: reads everything, and blocks. Nothing may
     * be received or settled meanwhile.
     *
     * @return what is wrong, in sentences; empty when all is well
     */
    public List<String> audit() {
        return store.read(Audit::of);
    }

    /** What stands on disk. */
    Store store() {
        return store;
    }

    /** Trims at once what would otherwise be trimmed within a minute. Blocks. */
    void trimEvents() {
        maintenance.trimNow();
    }

    @Override
    public synchronized void close() {
        if (closed) return;
        closed = true;
        health.closing();
        maintenance.close();
        committer.close();
        join(committerThread);
        readers.close();
        flush();
        store.close();
        scan.ifPresent(RocksMailQueue::join);
        tuning.close();
        unlock(directory);
    }

    /** So that the next start has nothing to replay. */
    private void flush() {
        try {
            if (store.isOpen()) store.read(RocksMailQueue::flushed);
        } catch (QueueException failure) {
            LOG.warn("the next start replays the log: {}", failure.getMessage());
        }
    }

    private static boolean flushed(Database database) throws RocksDBException {
        database.flush();
        return true;
    }

    /** Its work is bounded; an interrupt does not shorten it, because it still uses the database. */
    private static void join(Thread thread) {
        boolean interrupted = false;
        boolean own = thread.equals(Thread.currentThread()); // a listener that closes on fatal()
        while (!own && thread.isAlive()) {
            try {
                thread.join();
            } catch (InterruptedException later) {
                interrupted = true;
            }
        }
        if (interrupted) Thread.currentThread().interrupt();
    }
}
