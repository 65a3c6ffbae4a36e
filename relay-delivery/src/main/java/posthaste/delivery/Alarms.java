package posthaste.delivery;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.util.Arrays;
import java.util.Optional;

/**
 * When to look at which destination next: names and times in arrays, so that a million resting destinations cost less
 * than 100 bytes each. A hash table finds one by its name, a heap the one that is due first. One owner thread.
 *
 * <p>An entry lives in a slot: {@code names[slot]}, {@code due[slot]}; {@code table} holds slot + 1 by open addressing,
 * {@code heap} holds slots in heap order and {@code place[slot]} where each stands in it. Slots have no holes.
 */
final class Alarms {
    private static final int INITIAL = 16;

    private byte[][] names = new byte[INITIAL][];
    private long[] due = new long[INITIAL];
    private int[] heap = new int[INITIAL];
    private int[] place = new int[INITIAL];
    private int[] table = new int[2 * INITIAL];
    private int size;

    int size() {
        return size;
    }

    /** When the first of them is due; {@link Long#MAX_VALUE} when there is none. */
    long nextDueMillis() {
        return size == 0 ? Long.MAX_VALUE : due[heap[0]];
    }

    /** Adds a destination, or brings its time forward. */
    void put(String name, long dueMillis) {
        byte[] key = name.getBytes(ISO_8859_1);
        int slot = find(key);
        if (slot < 0) {
            add(key, dueMillis);
        } else if (dueMillis < due[slot]) {
            due[slot] = dueMillis;
            up(place[slot]);
        }
    }

    /** The time of a destination; empty when it is not here. */
    Optional<Long> dueOf(String name) {
        int slot = find(name.getBytes(ISO_8859_1));
        return slot < 0 ? Optional.empty() : Optional.of(due[slot]);
    }

    /** Takes out the one that is due first, if it is due at {@code nowMillis}. */
    Optional<String> pollDue(long nowMillis) {
        if (nextDueMillis() > nowMillis) return Optional.empty();
        int slot = heap[0];
        String name = new String(names[slot], ISO_8859_1);
        removeSlot(slot);
        return Optional.of(name);
    }

    private void add(byte[] key, long dueMillis) {
        if (size == names.length) grow();
        int slot = size++;
        names[slot] = key;
        due[slot] = dueMillis;
        insert(slot);
        heap[slot] = slot;
        place[slot] = slot;
        up(slot);
    }

    private void grow() {
        int capacity = 2 * names.length;
        names = Arrays.copyOf(names, capacity);
        due = Arrays.copyOf(due, capacity);
        heap = Arrays.copyOf(heap, capacity);
        place = Arrays.copyOf(place, capacity);
        table = new int[2 * capacity];
        for (int slot = 0; slot < size; slot++) insert(slot);
    }

    private void removeSlot(int slot) {
        takeFromHeap(slot);
        takeFromTable(slot);
        int last = --size;
        if (slot != last) move(last, slot);
        names[last] = null;
    }

    /** Fills the hole at {@code to} with the last slot. */
    private void move(int from, int to) {
        table[indexOf(from)] = to + 1;
        names[to] = names[from];
        due[to] = due[from];
        place[to] = place[from];
        heap[place[to]] = to;
    }

    // The table.

    private int home(byte[] key) {
        int hash = Arrays.hashCode(key) * 0x9E3779B9;
        return (hash ^ hash >>> 15) & (table.length - 1);
    }

    private int find(byte[] key) {
        int mask = table.length - 1;
        for (int at = home(key); table[at] != 0; at = at + 1 & mask) {
            if (Arrays.equals(names[table[at] - 1], key)) return table[at] - 1;
        }
        return -1;
    }

    private void insert(int slot) {
        int mask = table.length - 1;
        int at = home(names[slot]);
        while (table[at] != 0) at = at + 1 & mask;
        table[at] = slot + 1;
    }

    private int indexOf(int slot) {
        int mask = table.length - 1;
        int at = home(names[slot]);
        while (table[at] != slot + 1) at = at + 1 & mask;
        return at;
    }

    /** Closes the gap by moving back what was pushed on, so that no marks of removed entries stay. */
    private void takeFromTable(int slot) {
        int mask = table.length - 1;
        int gap = indexOf(slot);
        for (int at = gap + 1 & mask; table[at] != 0; at = at + 1 & mask) {
            int home = home(names[table[at] - 1]);
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
        set(at, moved);
        if (moved == slot) return;
        // Within the size - 1 that stay.
        down(at, size - 1);
        up(place[moved]);
    }

    private void set(int at, int slot) {
        heap[at] = slot;
        place[slot] = at;
    }

    private void up(int from) {
        int at = from;
        int slot = heap[at];
        while (at > 0 && due[heap[(at - 1) / 2]] > due[slot]) {
            set(at, heap[(at - 1) / 2]);
            at = (at - 1) / 2;
        }
        set(at, slot);
    }

    private void down(int from, int count) {
        int at = from;
        int slot = heap[at];
        while (2 * at + 1 < count) {
            int child = 2 * at + 1;
            if (child + 1 < count && due[heap[child + 1]] < due[heap[child]]) child++;
            if (due[heap[child]] >= due[slot]) break;
            set(at, heap[child]);
            at = child;
        }
        set(at, slot);
    }
}
