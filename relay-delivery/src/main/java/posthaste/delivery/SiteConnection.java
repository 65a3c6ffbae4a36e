package posthaste.delivery;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import posthaste.delivery.client.ClientConnection;
import posthaste.delivery.client.ConnectionListener;
import posthaste.delivery.client.HostFailure;
import posthaste.delivery.client.Transaction;
import posthaste.delivery.client.TransactionResult;
import posthaste.delivery.route.NextHop;
import posthaste.queue.Recipient;
import posthaste.queue.Settlement;

/**
 * A connection of a site, which may live on another event loop than the site: takes attempts there and brings back what
 * came of them. What was delivered whole goes straight to the queue, without a detour over the site. A few attempts wait
 * here for their turn, so that the next envelope is at hand when a content ends, however far away the site is.
 */
final class SiteConnection implements ConnectionListener {
    private final Site site;
    private final EngineLoop siteLoop;
    private final EngineLoop loop;
    private final NextHop hop;

    /** Attempts that may wait here beside those that the connection has. */
    static final int AHEAD_MAX = 2;

    /** How long the last transaction took on the connection; read on the site's loop behind its end. */
    private volatile long lastNanos;

    // Of the site's loop.
    private Optional<ClientConnection> connection = Optional.empty();
    private int pending;
    private int transactionsLeft;
    private int recipientsMax = Transaction.RECIPIENTS_MAX;
    private long movedAtMillis;
    private boolean stuck;

    // Of the connection's loop.
    private final Deque<Waiting> waiting = new ArrayDeque<>(AHEAD_MAX);

    private record Waiting(Attempt attempt, List<Recipient> recipients) {}

    /** @param loop where the connection lives */
    SiteConnection(Site site, EngineLoop siteLoop, EngineLoop loop, NextHop hop) {
        this.site = site;
        this.siteLoop = siteLoop;
        this.loop = loop;
        this.hop = hop;
    }

    NextHop hop() {
        return hop;
    }

    // On the site's loop.

    /** Greeted; takes so many transactions in all, of so many recipients. */
    void open(ClientConnection greeted, int transactionsMax) {
        connection = Optional.of(greeted);
        transactionsLeft =
                Math.min(transactionsMax, greeted.capabilities().messagesMax().orElse(transactionsMax));
        recipientsMax = Math.min(
                Transaction.RECIPIENTS_MAX,
                Math.max(1, greeted.capabilities().recipientsMax().orElse(Transaction.RECIPIENTS_MAX)));
    }

    boolean isOpen() {
        return connection.isPresent();
    }

    /** Transactions that are under way or wait on the connection. */
    int pending() {
        return pending;
    }

    boolean takes(int depth) {
        return connection.isPresent() && !stuck && pending < depth && transactionsLeft > 0;
    }

    void send(Attempt attempt, int hostRecipientsMax, long nowMillis) {
        if (pending == 0) movedAtMillis = nowMillis;
        pending++;
        transactionsLeft--;
        ClientConnection to = connection.orElseThrow();
        var next = new Waiting(attempt, attempt.next(Math.min(recipientsMax, hostRecipientsMax)));
        if (loop == siteLoop) {
            take(to, next);
        } else {
            loop.execute(() -> take(to, next));
        }
    }

    void ended(long nowMillis) {
        pending--;
        movedAtMillis = nowMillis;
        stuck = false;
    }

    /**
     * Where something is under way and nothing has ended since: takes nothing more until then, and gives back what it
     * has not begun, because another connection may be faster.
     */
    void recallIfStuck(long sinceMillis) {
        if (stuck || pending == 0 || movedAtMillis >= sinceMillis) return;
        stuck = true;
        loop.execute(this::giveBack);
    }

    long lastNanos() {
        return lastNanos;
    }

    /** The connection takes nothing more, whatever it had left. */
    void spent() {
        transactionsLeft = 0;
    }

    void quit() {
        transactionsLeft = 0;
        connection.ifPresent(open -> loop.execute(() -> {
            giveBack();
            open.quit();
        }));
    }

    // On the connection's loop.

    private void take(ClientConnection to, Waiting next) {
        waiting.add(next);
        goOn(to);
    }

    private void goOn(ClientConnection to) {
        while (!waiting.isEmpty() && to.isAvailable()) start(to, waiting.remove());
        // Nothing follows that would look here again.
        if (to.pending() == 0) giveBack();
    }

    private void start(ClientConnection to, Waiting next) {
        long startedAt = System.nanoTime();
        to.send(new Transaction(
                next.attempt().delivery(), next.recipients(), result -> done(to, next.attempt(), result, startedAt)));
    }

    private void done(ClientConnection from, Attempt attempt, TransactionResult result, long startedAt) {
        lastNanos = System.nanoTime() - startedAt;
        boolean usable = from.isAvailable();
        goOn(from);
        if (!usable) giveBack();
        boolean delivered = attempt.delivered(result);
        if (delivered) settle(attempt);
        if (loop == siteLoop) site.ended(this, attempt, result, usable, delivered);
        else siteLoop.execute(() -> site.ended(this, attempt, result, usable, delivered));
    }

    private void giveBack() {
        if (waiting.isEmpty()) return;
        List<Attempt> unsent = waiting.stream().map(Waiting::attempt).toList();
        waiting.clear();
        siteLoop.execute(() -> site.unsent(this, unsent));
    }

    private void settle(Attempt attempt) {
        EngineLoop owner = attempt.destination().loop();
        Settlement settlement =
                new Settlement(attempt.delivery(), Settling.delivered(attempt.outcomes()), Optional.empty(), List.of());
        owner.when(
                owner.parts().queue().settle(settlement, owner),
                (written, failure) -> attempt.destination().delivered(attempt, failure, settlement));
    }

    @Override
    public void ready(ClientConnection greeted) {
        siteLoop.execute(() -> site.opened(this, greeted));
    }

    /** Told with the end of each transaction already. */
    @Override
    public void available(ClientConnection free) {}

    @Override
    public void closed(ClientConnection gone, Optional<HostFailure> why) {
        giveBack();
        siteLoop.execute(() -> site.closed(this, why));
    }

    @Override
    public void failed(NextHop unreached, HostFailure why) {
        siteLoop.execute(() -> site.notOpened(this, why));
    }
}
