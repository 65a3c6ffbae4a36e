package posthaste.queue.rocksdb;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Optional;
import posthaste.queue.Delivery;

/** A queue and its model, with what is known of both: all that the actors of a simulation share. */
final class SimulatedQueue {
    final QueueModel model = new QueueModel();
    final KnownDeliveries deliveries = new KnownDeliveries();
    final Promises promises = new Promises(model.version());
    final Tally tally;
    private QueueRun run;
    private boolean trimmed;

    SimulatedQueue(QueueRun first, Tally tally) {
        run = first;
        this.tally = tally;
    }

    QueueRun run() {
        return run;
    }

    /** The next run of the same queue. */
    void goOnWith(QueueRun next) {
        run = next;
        deliveries.forget();
    }

    long nowMillis() {
        return run.queue().clock().millis();
    }

    /** Waits until everything submitted is answered, and compares the answers. */
    void answers() {
        promises.awaitAnswers(run, model.version());
        takeTold();
        deliveries.requireAllTold();
        assertThat(run.told().wrong()).isEmpty();
    }

    List<Delivery> takeTold() {
        return deliveries.take(run.told());
    }

    /** The delivery of an open part: rather the one that was told or a copy; read where neither is at hand. */
    Delivery delivery(QueueModel.Open open, boolean asTold) {
        Optional<Delivery> known = deliveries.of(open.key(), asTold).or(() -> deliveries.of(open.key(), !asTold));
        return known.orElseGet(() -> {
            answers();
            List<Delivery> read = run.backlog(open.key(), open.key().dueMillis(), 1);
            assertThat(read).extracting(QueueModel.Open::of).containsExactly(open);
            return read.get(0);
        });
    }

    void trim() {
        answers();
        run.queue().trimEvents();
        trimmed = true;
    }

    /** @param noneIncoming whether no message is being received */
    void compare(boolean noneIncoming) {
        answers();
        deliveries.releaseBodies();
        QueueChecks.everything(run, model, trimmed, noneIncoming);
    }
}
