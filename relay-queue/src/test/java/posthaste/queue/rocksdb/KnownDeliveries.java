package posthaste.queue.rocksdb;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import posthaste.queue.Delivery;
import posthaste.queue.DeliveryKey;

/** The deliveries that a simulation has in hand in one run of a queue: those that it was told of, and copies it read. */
final class KnownDeliveries {
    private static final int SPENT_MAX = 50;

    private final Map<DeliveryKey, Delivery> told = new HashMap<>();
    private final Map<DeliveryKey, Delivery> copies = new HashMap<>();
    /** Deliveries of which another copy was settled, or they themselves. */
    private final List<Delivery> spent = new ArrayList<>();

    /** What the queue has told and what it had to tell since the last answers, in order. */
    private final List<DeliveryKey> toldKeys = new ArrayList<>();

    private final List<DeliveryKey> expected = new ArrayList<>();

    /** The queue has to tell of it. */
    void expect(QueueModel.Open open) {
        expected.add(open.key());
    }

    /** Takes what the queue has told since the last time. */
    List<Delivery> take(ToldByQueue from) {
        List<Delivery> taken = from.takeDeliveries();
        for (Delivery each : taken) {
            toldKeys.add(each.key());
            keep(each);
        }
        return taken;
    }

    void requireAllTold() {
        assertThat(toldKeys).isEqualTo(expected);
        toldKeys.clear();
        expected.clear();
    }

    void keep(Delivery asTold) {
        told.put(asTold.key(), asTold);
    }

    void keepCopies(List<Delivery> read) {
        for (Delivery each : read) copies.put(each.key(), each);
    }

    Optional<Delivery> of(DeliveryKey key, boolean asTold) {
        return Optional.ofNullable((asTold ? told : copies).get(key));
    }

    void settled(DeliveryKey key) {
        Optional.ofNullable(told.remove(key)).ifPresent(this::spend);
        Optional.ofNullable(copies.remove(key)).ifPresent(this::spend);
    }

    private void spend(Delivery delivery) {
        delivery.body().release();
        spent.add(delivery);
        if (spent.size() > SPENT_MAX) spent.remove(0);
    }

    Optional<Delivery> anySpent(Random random) {
        return spent.isEmpty() ? Optional.empty() : Optional.of(spent.get(random.nextInt(spent.size())));
    }

    /** As if every attempt of them had been made: they are read from disk from here on. */
    void releaseBodies() {
        told.values().forEach(each -> each.body().release());
    }

    /** At the end of a run. */
    void forget() {
        told.clear();
        copies.clear();
        spent.clear();
    }
}
