package posthaste.delivery;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.util.Arrays;
import java.util.Optional;

/**
 * When to look at which destination next: names and times in arrays, so that a million resting destinations cost some 60
 * octets each. A hash table finds one by its name, a heap the one that is due first. One owner thread.
 *
 * <p>An entry lives in a slot: {@code names.at(slot)}, {@code due[slot]}, {@code failures[slot]}; {@code table} holds slot +
 * 1 by open addressing, {@code heap} holds slots in heap order and {@code place[slot]} where each stands in it. Slots have
 * no holes.
 */
final class Alarms {
    private static final int INITIAL = 16;
    /** More failures in a row than that say nothing new. */
    static final int FAILURES_MAX = Byte.MAX_VALUE;
    /** In the place of failures: everything of the destination is to be tried, whatever its time. */
    private static final byte FLUSH = -1;

    private final PackedNames names = new PackedNames();
    private long[] due = new long[INITIAL];
    private byte[] failures = new byte[INITIAL];
    private int[] heap = new int[INITIAL];
    private int[] place = new int[INITIAL];
    private int[] table = new int[2 * INITIAL];
    private int size;

    /**
     * One of them.
     *
     * @param dueMillis when to look
     * @param failures how often in a row its hosts could not be reached; above 0 nothing is tried before
     */
    record Alarm(String name, long dueMillis, int failures) {
        /** Whether everything of it is to be tried now. */
        boolean isFlush() {
            return failures == FLUSH;
        }
    }

    int size() {
        return size;
    }

    /** When the first of them is due; {@link Long#MAX_VALUE} when there is none. */
    long nextDueMillis() {
        return size == 0 ? Long.MAX_VALUE : due[heap[0]];
    }

    /** Looks at a destination then, and not at the time that was set before, unless all of it is to be tried now. */
    void set(String name, long dueMillis, int failuresInARow) {
        byte[] key = name.getBytes(ISO_8859_1);
        int slot = find(key);
        if (slot < 0) slot = add(key, dueMillis);
        else if (failures[slot] == FLUSH) return;
        else if (due[slot] != dueMillis) change(slot, dueMillis);
        failures[slot] = (byte) Math.min(failuresInARow, FAILURES_MAX);
    }

    /** Looks at a destination then, or earlier if that was set before. One that failed keeps its time. */
    void bringForward(String name, long dueMillis) {
        byte[] key = name.getBytes(ISO_8859_1);
        int slot = find(key);
        if (slot < 0) add(key, dueMillis);
        else if (failures[slot] == 0 && dueMillis < due[slot]) change(slot, dueMillis);
    }

    /** Has everything of a destination tried at that time. */
    void flush(String name, long dueMillis) {
        byte[] key = name.getBytes(ISO_8859_1);
        int slot = find(key);
        flushAt(slot < 0 ? add(key, dueMillis) : slot, dueMillis);
    }

    /** The same for the one in a slot. */
    void flushAt(int slot, long dueMillis) {
        if (due[slot] != dueMillis) change(slot, dueMillis);
        failures[slot] = FLUSH;
    }

    /**
     * The name in a slot below {@link #size}. Whoever walks over the slots from the last to the first misses none that is
     * there all the time, whatever happens between two steps; some come twice.
     */
    String nameAt(int slot) {
        return names.at(slot);
    }

    private void change(int slot, long dueMillis) {
        due[slot] = dueMillis;
        up(place[slot]);
        down(place[slot], size);
    }

    /** What is set for a destination. */
    Optional<Alarm> of(String name) {
        int slot = find(name.getBytes(ISO_8859_1));
        return slot < 0 ? Optional.empty() : Optional.of(new Alarm(name, due[slot], failures[slot]));
    }

    /** Forgets a destination. */
    void remove(String name) {
        int slot = find(name.getBytes(ISO_8859_1));
        if (slot >= 0) removeSlot(slot);
    }

    /** Takes out the one that is due first, if it is due at {@code nowMillis}. */
    Optional<Alarm> pollDue(long nowMillis) {
        if (nextDueMillis() > nowMillis) return Optional.empty();
        int slot = heap[0];
        var alarm = new Alarm(names.at(slot), due[slot], failures[slot]);
        removeSlot(slot);
        return Optional.of(alarm);
    }

    /** Returns its slot. */
    private int add(byte[] key, long dueMillis) {
        if (size == due.length) grow();
        int slot = size++;
        names.put(slot, key);
        due[slot] = dueMillis;
        failures[slot] = 0;
        insert(slot);
        heap[slot] = slot;
        place[slot] = slot;
        up(slot);
        return slot;
    }

    private void grow() {
        int capacity = due.length + due.length / 2;
        due = Arrays.copyOf(due, capacity);
        failures = Arrays.copyOf(failures, capacity);
        heap = Arrays.copyOf(heap, capacity);
        place = Arrays.copyOf(place, capacity);
        if (capacity <= table.length / 4 * 3) return;
        table = new int[2 * table.length];
        for (int slot = 0; slot < size; slot++) insert(slot);
    }

    private void removeSlot(int slot) {
        takeFromHeap(slot);
        takeFromTable(slot);
        int last = --size;
        if (slot != last) move(last, slot);
        names.remove(last);
    }

    /** Fills the hole at {@code to} with the last slot. */
    private void move(int from, int to) {
        table[indexOf(from)] = to + 1;
        names.swap(from, to);
        due[to] = due[from];
        failures[to] = failures[from];
        place[to] = place[from];
        heap[place[to]] = to;
    }

    // The table.

    private int home(int hash) {
        int mixed = hash * 0x9E3779B9;
        return (mixed ^ mixed >>> 15) & (table.length - 1);
    }

    private int find(byte[] key) {
        int mask = table.length - 1;
        for (int at = home(Arrays.hashCode(key)); table[at] != 0; at = at + 1 & mask) {
            if (names.isAt(table[at] - 1, key)) return table[at] - 1;
        }
        return -1;
    }

    private void insert(int slot) {
        int mask = table.length - 1;
        int at = home(names.hashOf(slot));
        while (table[at] != 0) at = at + 1 & mask;
        table[at] = slot + 1;
    }

    private int indexOf(int slot) {
        int mask = table.length - 1;
        int at = home(names.hashOf(slot));
        while (table[at] != slot + 1) at = at + 1 & mask;
        return at;
    }

    /** Closes the gap by moving back what was pushed on, so that no marks of removed entries stay. */
    private void takeFromTable(int slot) {
        int mask = table.length - 1;
        int gap = indexOf(slot);
        for (int at = gap + 1 & mask; table[at] != 0; at = at + 1 & mask) {
            int home = home(names.hashOf(table[at] - 1));
            boolean reaches = (at - home & mask) >= (at - gap & mask);
            if (!reaches) continue;
            table[gap] = table[at];
            gap = at;
        }
        table[gap] = 0;
    }

    // The heap.

    private void takeFromHeap(int slot) {
        int at = place[slot];
        int moved = heap[size - 1];
        stand(at, moved);
        if (moved == slot) return;
        // Within the size - 1 that stay.
        down(at, size - 1);
        up(place[moved]);
    }

    private void stand(int at, int slot) {
        heap[at] = slot;
        place[slot] = at;
    }

    private void up(int from) {
        int at = from;
        int slot = heap[at];
        while (at > 0 && due[heap[(at - 1) / 2]] > due[slot]) {
            stand(at, heap[(at - 1) / 2]);
            at = (at - 1) / 2;
        }
        stand(at, slot);
    }

    private void down(int from, int count) {
        int at = from;
        int slot = heap[at];
        while (2 * at + 1 < count) {
            int child = 2 * at + 1;
            if (child + 1 < count && due[heap[child + 1]] < due[heap[child]]) child++;
            if (due[heap[child]] >= due[slot]) break;
            stand(at, heap[child]);
            at = child;
        }
        stand(at, slot);
    }
}
