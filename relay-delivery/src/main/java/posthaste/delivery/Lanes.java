package posthaste.delivery;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiConsumer;
import java.util.function.Predicate;

/** What waits at a site, by destination: they take turns, so that none of them waits for another's backlog. */
final class Lanes {
    private final Map<Destination, Deque<Attempt>> lanes = new HashMap<>();
    /** Those that have something, in the order of their turns. */
    private final Deque<Destination> turns = new ArrayDeque<>();

    private int size;

    int size() {
        return size;
    }

    void add(Attempt attempt) {
        laneOf(attempt).addLast(attempt);
        size++;
    }

    /** It was on its way already and goes first. */
    void addFirst(Attempt attempt) {
        laneOf(attempt).addFirst(attempt);
        size++;
    }

    private Deque<Attempt> laneOf(Attempt attempt) {
        Destination destination = attempt.destination();
        Deque<Attempt> lane = lanes.computeIfAbsent(destination, none -> new ArrayDeque<>());
        if (lane.isEmpty()) turns.addLast(destination);
        return lane;
    }

    /** The next attempt of the destination whose turn it is. */
    Optional<Attempt> poll() {
        Destination turn = turns.poll();
        if (turn == null) return Optional.empty();
        Deque<Attempt> lane = lanes.getOrDefault(turn, new ArrayDeque<>());
        Attempt next = lane.removeFirst();
        size--;
        if (lane.isEmpty()) lanes.remove(turn);
        else turns.addLast(turn);
        return Optional.of(next);
    }

    /** Takes out what one destination has waiting, as far as it is {@code wanted}. */
    List<Attempt> remove(Destination destination, Predicate<Attempt> wanted) {
        var removed = new ArrayList<Attempt>();
        Deque<Attempt> lane = lanes.getOrDefault(destination, new ArrayDeque<>());
        for (Iterator<Attempt> all = lane.iterator(); all.hasNext(); ) {
            Attempt attempt = all.next();
            if (!wanted.test(attempt)) continue;
            removed.add(attempt);
            all.remove();
        }
        size -= removed.size();
        if (lane.isEmpty() && lanes.remove(destination) != null) turns.remove(destination);
        return removed;
    }

    /** Empties every lane, each to {@code taker}. */
    void drainTo(BiConsumer<Destination, List<Attempt>> taker) {
        var all = new HashMap<>(lanes);
        lanes.clear();
        turns.clear();
        size = 0;
        all.forEach((destination, lane) -> taker.accept(destination, new ArrayList<>(lane)));
    }
}
