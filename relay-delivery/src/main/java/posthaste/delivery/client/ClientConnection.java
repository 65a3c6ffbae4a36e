package posthaste.delivery.client;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.vertx.core.Context;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import posthaste.delivery.DeliveryConfig.Timeouts;
import posthaste.delivery.FailureRules;
import posthaste.delivery.client.RecipientLedger.Ending;
import posthaste.delivery.client.RecipientResult.Kind;
import posthaste.delivery.client.RunningTransaction.Next;
import posthaste.delivery.route.NextHop;
import posthaste.queue.Delivery;
import posthaste.queue.StoredBody;
import posthaste.smtp.Extension;
import posthaste.smtp.Extensions;
import posthaste.smtp.Reply;

/**
 * One connection to a host, greeted and ready for transactions. Belongs to its loop: every call is made there, and so
 * is every call back. It writes what {@link RunningTransaction} decides: the whole envelope in one write where the host
 * takes commands in groups, and the next envelope behind the final dot of a content (RFC 2920 §3.1).
 */
public final class ClientConnection {
    /** Transactions that may be under way or waiting: while one is answered, the next is on the wire. */
    public static final int DEPTH = 2;
    /** How long a connection that we made waits for another transaction. */
    public static final Duration IDLE_MAX = Duration.ofSeconds(2);
    /** How long QUIT waits for its answer. */
    public static final Duration QUIT_MAX = Duration.ofSeconds(5);

    private static final Logger LOG = LoggerFactory.getLogger(ClientConnection.class);
    private static final byte[] QUIT = "QUIT\r\n".getBytes(US_ASCII);
    private static final byte[] LONE_DOT = ".\r\n".getBytes(US_ASCII);
    private static final byte[] NOTHING = {};

    private enum Phase {
        OPEN,
        /** No transaction is taken any more; QUIT follows the last one. */
        CLOSING,
        QUIT_SENT,
        CLOSED
    }

    private final ClientSetup setup;
    private final Timeouts timeouts;
    private final NextHop hop;
    private final Extensions host;
    private final boolean grouped;
    private final int transactionsMax;
    private final ConnectionListener listener;
    private final Wire wire;

    private Phase phase = Phase.OPEN;
    /** Not ended, oldest first; at most {@link #DEPTH}. The first is the one that replies belong to. */
    private final Deque<RunningTransaction> running = new ArrayDeque<>(DEPTH);
    /** Transactions that this host cannot take and whose listeners are about to be told. */
    private int refused;

    private int begun;
    private int ended;
    private boolean needsReset;
    private Optional<BodyStream> stream = Optional.empty();
    private Optional<HostFailure> why = Optional.empty();

    ClientConnection(ClientSetup setup, NextHop hop, Extensions host, ConnectionListener listener, Wire wire) {
        this.setup = setup;
        this.timeouts = setup.limits().timeouts();
        this.hop = hop;
        this.host = host;
        this.grouped = host.offers(Extension.PIPELINING);
        int ours = setup.limits().transactionsMax();
        this.transactionsMax = Math.min(ours, host.messagesMax().orElse(ours));
        this.listener = listener;
        this.wire = wire;
    }

    void begin() {
        wire.handTo(new Events());
        wire.deadline(setup.limits().idleMax());
        listener.ready(this);
    }

    public Context loop() {
        return wire.loop();
    }

    public NextHop hop() {
        return hop;
    }

    /** What the host said to EHLO. */
    public Extensions capabilities() {
        return host;
    }

    /** Transactions that have not ended. */
    public int pending() {
        return running.size() + refused;
    }

    /** Whether {@link #send} takes one more: fewer than {@link #DEPTH} pending, its share not used up, not closing. */
    public boolean isAvailable() {
        return phase == Phase.OPEN && pending() < DEPTH && begun < transactionsMax;
    }

    /**
     * Sends a transaction, or queues it behind the one that is under way. On a connection that is closing or has had its
     * share it ends as NOT_STARTED.
     *
     * @throws IllegalStateException when {@link #DEPTH} transactions are pending
     */
    public void send(Transaction transaction) {
        if (pending() >= DEPTH) throw new IllegalStateException("more than " + DEPTH + " transactions at once");
        if (!isAvailable()) {
            endLater(transaction, Ending.all(Kind.NOT_STARTED, OwnReplies.notBegun(hop), Scope.HOST));
            return;
        }
        Optional<Reply> refusal = Fitness.refusal(transaction.delivery(), hop, host, nowMillis());
        if (refusal.isPresent()) {
            endLater(transaction, Ending.all(Kind.BOUNCED, refusal.get(), Scope.MESSAGE));
            return;
        }
        begun++;
        running.add(new RunningTransaction(transaction, hop, host, grouped));
        writeNextEnvelope();
        if (running.size() == 1) awaitReply();
    }

    /** Says QUIT when the pending transactions have ended, and closes. */
    public void quit() {
        if (phase != Phase.OPEN) return;
        phase = Phase.CLOSING;
        restIfIdle();
    }

    private void endLater(Transaction transaction, Ending ending) {
        refused++;
        loop().runOnContext(posted -> {
            refused--;
            transaction.listener().done(RunningTransaction.unsent(transaction, hop, ending));
            if (isAvailable()) listener.available(this);
            restIfIdle();
        });
    }

    // Writing.

    /** Writes the envelope of the next transaction if its turn has come. */
    private void writeNextEnvelope() {
        byte[] envelope = nextEnvelope();
        if (envelope.length > 0) wire.write(envelope);
    }

    /** The envelope that may be written now, or nothing. */
    private byte[] nextEnvelope() {
        if (phase == Phase.CLOSED) return NOTHING;
        RunningTransaction before = running.element();
        for (RunningTransaction each : running) {
            if (!each.isBegun()) return mayFollow(before, each) ? begin(each) : NOTHING;
            before = each;
        }
        return NOTHING;
    }

    private boolean mayFollow(RunningTransaction before, RunningTransaction next) {
        return before == next || (grouped && before.isDotWritten());
    }

    private byte[] begin(RunningTransaction transaction) {
        setup.metrics().transaction();
        boolean withReset = needsReset;
        needsReset = false;
        return transaction.begin(withReset, nowMillis());
    }

    private long nowMillis() {
        return setup.clock().millis();
    }

    private void sendBody() {
        RunningTransaction current = running.element();
        wire.deadline(timeouts.data());
        StoredBody content = current.transaction().delivery().body();
        if (current.isBinary()) wire.write(("BDAT " + content.bytes() + " LAST\r\n").getBytes(US_ASCII));
        var coding = current.isBinary() ? BodyStream.Coding.AS_IT_IS : BodyStream.Coding.LINES;
        var body = new BodyStream(content, coding, this::post, new Blocks(current));
        stream = Optional.of(body);
        body.goOn();
    }

    private void post(Runnable work) {
        loop().runOnContext(posted -> work.run());
    }

    /** Takes the blocks of a content to the wire. */
    private final class Blocks implements BodyStream.Sink {
        private final RunningTransaction current;

        Blocks(RunningTransaction current) {
            this.current = current;
        }

        @Override
        public void block(byte[] octets) {
            wire.write(octets);
            wire.deadline(timeouts.data());
        }

        @Override
        public boolean isFull() {
            return wire.isFull();
        }

        /** From here on the host may have the message, whatever becomes of the connection. */
        @Override
        public void last(byte[] octets, byte[] end) {
            stream = Optional.empty();
            Delivery delivery = current.transaction().delivery();
            current.dotWritten(setup.dotSlots()
                    .claim(delivery.message().id(), delivery.key().part(), hop.toString()));
            wire.write(octets, end, nextEnvelope());
            wire.deadline(timeouts.finalDot());
        }

        /** The content cannot be taken back once begun, so the connection goes with it. */
        @Override
        public void unreadable(Throwable failure) {
            LOG.error(
                    "cannot read message {}",
                    current.transaction().delivery().message().id(),
                    failure);
            current.unreadable();
            fail(HostFailure.of(Stage.BODY, OwnReplies.unreadable()).harmless());
        }
    }

    // Reading.

    private final class Events implements Wire.Listener {
        @Override
        public void reply(Reply reply) {
            if (phase == Phase.QUIT_SENT) {
                wire.abort();
            } else if (running.isEmpty() || !running.element().awaitsReply()) {
                unasked(reply);
            } else {
                perform(running.element().take(reply));
            }
        }

        @Override
        public void garbage(String safeText) {
            if (phase == Phase.QUIT_SENT) {
                wire.abort(); // nothing depends on it any more
                return;
            }
            fail(HostFailure.of(stage(), OwnReplies.protocolError(hop, stage(), safeText)));
        }

        @Override
        public void lost(String reason) {
            if (running.isEmpty()) {
                phase = Phase.CLOSED; // its right, between messages
            } else {
                HostFailure loss = HostFailure.of(stage(), OwnReplies.lost(hop, stage(), reason));
                fail(isStaleAt(stage()) ? loss.harmless() : loss);
            }
        }

        @Override
        public void timedOut() {
            if (phase == Phase.QUIT_SENT) {
                wire.abort();
            } else if (running.isEmpty()) {
                quit();
            } else {
                fail(HostFailure.of(stage(), OwnReplies.timedOut(hop, stage(), wire.deadline())));
            }
        }

        @Override
        public void drained() {
            stream.ifPresent(BodyStream::goOn);
        }

        @Override
        public void closed() {
            phase = Phase.CLOSED;
            setup.metrics().closed();
            listener.closed(ClientConnection.this, why);
        }
    }

    private Stage stage() {
        return running.isEmpty() ? Stage.IDLE : running.element().stage();
    }

    private void perform(Next next) {
        switch (next) {
            case WAIT -> awaitReply();
            case COMMAND -> {
                wire.write(running.element().commands(nowMillis()));
                awaitReply();
            }
            case BODY -> sendBody();
            case LONE_DOT -> {
                running.element().loneDotWritten();
                wire.write(LONE_DOT, nextEnvelope());
                awaitReply();
            }
            case RESTART -> {
                wire.write(running.element().restart(nowMillis()));
                awaitReply();
            }
            case OVER -> over();
            case BROKEN -> fail(judged(running.element().failure().orElseThrow()));
        }
    }

    private void awaitReply() {
        wire.deadline(
                switch (stage()) {
                    case DATA -> timeouts.dataReply();
                    case DOT -> timeouts.finalDot();
                    default -> timeouts.command();
                });
    }

    private void over() {
        RunningTransaction last = running.remove();
        ended++;
        if (last.leavesOpen()) needsReset = true;
        if (last.sawOddSuccess() && phase == Phase.OPEN) phase = Phase.CLOSING;
        last.transaction().listener().done(last.result());
        if (last.sawOddSuccess()) handBack();
        offer();
    }

    /** A host that answers oddly is not sent what has not begun on this connection. */
    private void handBack() {
        LOG.info("{} answered with unusual success codes; this connection takes no more mail", hop);
        if (running.isEmpty() || running.getLast().isBegun()) return;
        RunningTransaction waiting = running.removeLast();
        waiting.transaction().listener().done(waiting.notStarted());
    }

    /** Goes on with what waits, and says what more it takes. */
    private void offer() {
        if (!running.isEmpty()) {
            writeNextEnvelope();
            awaitReply();
        }
        if (isAvailable()) listener.available(this);
        restIfIdle();
    }

    private void restIfIdle() {
        if (pending() > 0 || phase == Phase.QUIT_SENT || phase == Phase.CLOSED) return;
        if (phase == Phase.CLOSING || begun >= transactionsMax) {
            phase = Phase.QUIT_SENT;
            wire.write(QUIT);
            wire.deadline(QUIT_MAX);
        } else {
            wire.deadline(setup.limits().idleMax());
        }
    }

    // Failing.

    /** A reply that no command asked for: the host ends an idle connection, or has lost count. */
    private void unasked(Reply reply) {
        if (!FailureRules.isClosing(reply)) {
            Reply error = OwnReplies.protocolError(hop, stage(), "unasked " + reply.oneLine());
            fail(HostFailure.of(stage(), error).harmless());
        } else if (begun > 0 && running.isEmpty()) {
            phase = Phase.CLOSED;
            wire.abort();
        } else {
            fail(HostFailure.of(stage(), reply));
        }
    }

    /** Whether a connection that ends at this stage had merely been kept too long. */
    private boolean isStaleAt(Stage stage) {
        return ended > 0 && (stage == Stage.RSET || stage == Stage.MAIL);
    }

    /** What the host said to the first command on a connection kept from before tells of the connection only. */
    private HostFailure judged(HostFailure failure) {
        int code = failure.reply().code();
        boolean told = FailureRules.isClosing(failure.reply()) || code == 503 || failure.stage() == Stage.RSET;
        return told && isStaleAt(failure.stage()) ? failure.harmless() : failure;
    }

    private void fail(HostFailure failure) {
        if (phase == Phase.CLOSED) return;
        phase = Phase.CLOSED;
        why = Optional.of(failure);
        setup.metrics().lost();
        stream.ifPresent(BodyStream::stop);
        wire.abort();
        List<RunningTransaction> hit = List.copyOf(running);
        running.clear();
        for (RunningTransaction each : hit) {
            boolean broken = each == hit.get(0) && !isUntouched(failure);
            if (broken && each.isAmbiguous(failure)) setup.metrics().ambiguous();
            each.transaction().listener().done(broken ? each.broken(failure) : each.notStarted(failure));
        }
    }

    /** Whether the transaction that a failure hit had not begun for the host. */
    private static boolean isUntouched(HostFailure failure) {
        return failure.stage() == Stage.RSET || (failure.stage() == Stage.MAIL && !failure.hostBackOff());
    }
}
