package posthaste.delivery;

import io.vertx.core.internal.net.NetSocketInternal;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import posthaste.delivery.client.ClientConnection;
import posthaste.delivery.client.ConnectionListener;
import posthaste.delivery.client.HostFailure;
import posthaste.delivery.client.RecipientResult.Kind;
import posthaste.delivery.client.Transaction;
import posthaste.delivery.client.TransactionResult;
import posthaste.delivery.route.NextHop;
import posthaste.queue.Recipient;
import posthaste.smtp.Reply;
import posthaste.smtp.SafeText;

/**
 * A turned session: one connection that the peer made, over which he is sent what is leased for him. What a site is for hosts
 * that we find, but nobody connects anew: what this connection does not take goes back to its destinations, and no host is
 * paused. Lives on the loop of its socket.
 *
 * <p>Destinations bring deliveries from the peer's greeting on, and say when they have nothing more for now. When all have
 * said so and nothing is under way, the session is over.
 */
final class TurnedSession implements ConnectionListener {
    private static final Logger LOG = LoggerFactory.getLogger("posthaste.mail");
    private static final int TEXT_MAX_CHARS = 300;
    private static final int DOMAINS_NAMED_MAX = 10;
    private static final Reply STOPPING = Reply.of(451, "4.3.2", "This relay is stopping");

    private final EngineLoop loop;
    private final EngineParts parts;
    private final TurnLease lease;
    private final TurnedPeer peer;
    private final NextHop hop;
    private final Consumer<Turned> end;

    private final Lanes lanes = new Lanes();
    /** Destinations that may have something yet. */
    private final Set<String> bringing = new HashSet<>();

    private Runnable abort = () -> {};
    private Optional<ClientConnection> connection = Optional.empty();
    private int recipientsMax = Transaction.RECIPIENTS_MAX;
    /** Transactions that the connection has. */
    private int pending;

    private Optional<Reply> stopped = Optional.empty();
    private boolean over;
    private int tried;
    private int delivered;

    /** @param end told once, when the connection is gone */
    TurnedSession(EngineLoop loop, TurnLease lease, TurnedPeer peer, Consumer<Turned> end) {
        this.loop = loop;
        this.lease = lease;
        this.peer = peer;
        this.end = end;
        parts = loop.parts();
        hop = new NextHop(safe(peer.name()), peer.address());
    }

    private static String safe(String text) {
        return SafeText.of(text, TEXT_MAX_CHARS);
    }

    /** Any thread. */
    void execute(Runnable task) {
        loop.execute(task);
    }

    /** On the socket's loop: from here on the socket is ours, and what comes in is read. */
    void begin(NetSocketInternal socket) {
        loop.context().emit(taken -> take(socket));
    }

    private void take(NetSocketInternal socket) {
        abort = socket::close;
        loop.begins(this);
        parts.metrics().turned();
        LOG.info(
                "turned session={} peer={} tls={} domains={} waiting={}",
                safe(peer.session()),
                hop,
                safe(peer.tls()),
                domains(),
                lease.waiting());
        parts.client().takeOver(loop.context(), socket, hop, this);
        if (parts.draining().get()) drain();
    }

    private String domains() {
        List<String> named = lease.domains().stream()
                .sorted()
                .limit(DOMAINS_NAMED_MAX)
                .map(TurnedSession::safe)
                .toList();
        int more = lease.domains().size() - named.size();
        return String.join(",", named) + (more > 0 ? " and " + more + " more" : "");
    }

    // The connection.

    @Override
    public void ready(ClientConnection greeted) {
        connection = Optional.of(greeted);
        if (stopped.isPresent()) {
            greeted.quit();
            return;
        }
        recipientsMax = Math.min(
                Transaction.RECIPIENTS_MAX,
                Math.max(1, greeted.capabilities().recipientsMax().orElse(Transaction.RECIPIENTS_MAX)));
        bringing.addAll(lease.domains());
        for (String name : lease.domains()) {
            EngineLoop owner = EngineLoop.ownerOf(name, loop.loops());
            owner.execute(() -> owner.destination(name).turnBegins(this));
        }
    }

    @Override
    public void available(ClientConnection free) {
        pump();
    }

    @Override
    public void failed(NextHop unreached, HostFailure why) {
        over(Optional.of(why));
    }

    @Override
    public void closed(ClientConnection gone, Optional<HostFailure> why) {
        over(why);
    }

    private void over(Optional<HostFailure> why) {
        over = true;
        loop.ends(this);
        lanes.drainTo(this::giveBack);
        Optional<Reply> failure = stopped.or(() -> why.map(HostFailure::reply));
        if (failure.isPresent()) parts.metrics().turnedFailed();
        LOG.info(
                "turned session={} peer={} ended tried={} delivered={} reply={}",
                safe(peer.session()),
                hop,
                tried,
                delivered,
                failure.map(reply -> safe(reply.oneLine())).orElse("none"));
        end.accept(new Turned(tried, delivered, failure));
    }

    /** The relay ends: what is under way ends, and nothing more is begun. */
    void drain() {
        stop(STOPPING);
    }

    void stop(Reply why) {
        if (over || stopped.isPresent()) return;
        stopped = Optional.of(why);
        lanes.drainTo(this::giveBack);
        connection.ifPresentOrElse(ClientConnection::quit, abort);
    }

    // What destinations bring.

    void offer(Destination from, List<Attempt> attempts) {
        if (over || stopped.isPresent()) {
            giveBack(from, attempts);
            return;
        }
        bringing.add(from.name());
        attempts.forEach(lanes::add);
        pump();
    }

    /** A destination has nothing for now. */
    void dry(String destination) {
        bringing.remove(destination);
        pump();
    }

    private void pump() {
        connection.ifPresent(open -> {
            while (lanes.size() > 0 && open.isAvailable()) {
                send(open, lanes.poll().orElseThrow());
            }
            if (lanes.size() == 0 && pending == 0 && bringing.isEmpty()) open.quit();
        });
    }

    private void send(ClientConnection open, Attempt attempt) {
        List<Recipient> recipients = attempt.next(recipientsMax);
        pending++;
        open.send(new Transaction(attempt.delivery(), recipients, result -> done(attempt, result)));
    }

    // Outcomes.

    private void done(Attempt attempt, TransactionResult result) {
        pending--;
        note(result);
        attempt.ended(result, false);
        if (!attempt.isOpen() || attempt.hasFinal()) ended(attempt);
        else if (over || stopped.isPresent()) giveBack(attempt.destination(), List.of(attempt));
        else lanes.addFirst(attempt);
        pump();
    }

    private void note(TransactionResult result) {
        int taken = 0;
        int again = 0;
        boolean begun = false;
        for (var each : result.recipients()) {
            begun |= each.kind() != Kind.NOT_STARTED;
            if (each.kind() == Kind.DELIVERED) taken++;
            if (each.kind() == Kind.AGAIN) again++;
        }
        int all = result.recipients().size();
        if (begun) tried++;
        if (taken == all) delivered++;
        if (again > 0) recipientsMax = Math.max(1, all - again);
    }

    private static void ended(Attempt attempt) {
        Destination destination = attempt.destination();
        destination.loop().execute(() -> destination.turnEnded(attempt));
    }

    private void giveBack(Destination destination, List<Attempt> attempts) {
        destination.loop().execute(() -> destination.turnReturned(this, attempts));
    }
}
