package posthaste.delivery;

import java.util.List;
import java.util.Optional;
import posthaste.queue.Delivery;
import posthaste.queue.DeliveryKey;
import posthaste.smtp.Reply;

/**
 * What a lease is for one destination: its deliveries wait for the session, then go to it, and to nobody else. Lives on the
 * destination's event loop.
 */
final class Leased {
    /** Over everything that waits, whatever its due time. */
    private final Flush walk;

    private Optional<TurnedSession> session = Optional.empty();
    private boolean toldDry;

    Leased(Flush walk) {
        this.walk = walk;
    }

    /** The peer has greeted and takes mail. */
    void begins(TurnedSession turned) {
        session = Optional.of(turned);
    }

    /** This session takes nothing more. */
    void ends(TurnedSession turned) {
        if (session.filter(turned::equals).isPresent()) session = Optional.empty();
    }

    /** Whether there is a session, and it takes mail. */
    boolean isTurning() {
        return session.isPresent();
    }

    /** The walk, until it is over. */
    Optional<Flush> walk() {
        return walk.isOver() ? Optional.empty() : Optional.of(walk);
    }

    /** Whether the session takes a delivery before it is due. */
    boolean takes(Delivery delivery, long nowMillis) {
        return isTurning() && walk.takes(delivery, nowMillis);
    }

    /** A delivery was tried and waits again. */
    void putOff(DeliveryKey key) {
        walk.putOff(key);
    }

    void offer(Destination from, List<Attempt> attempts) {
        if (attempts.isEmpty()) return;
        toldDry = false;
        session.ifPresent(to -> to.execute(() -> to.offer(from, attempts)));
    }

    /** There is nothing more for now: said once, until something more comes. */
    void tellDry(Destination from) {
        if (toldDry) return;
        toldDry = true;
        session.ifPresent(to -> to.execute(() -> to.dry(from.name())));
    }

    /** The session ends: what waits cannot be read. */
    void stop(Reply why) {
        session.ifPresent(to -> to.execute(() -> to.stop(why)));
        session = Optional.empty();
    }
}
