package posthaste.delivery;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.util.Arrays;

/**
 * Names by slot, one behind the other in one array: 5 octets each beside its characters, where an object would be 20 and
 * more. What is removed leaves a hole until the holes are as much as the rest. One owner thread.
 *
 * <p>A name is its length (1 octet, a domain name has at most 255) and its characters, from {@code starts[slot]} on.
 */
final class PackedNames {
    private static final int INITIAL = 16;
    private static final int LENGTH_MAX = 255;
    /** Holes that are never worth closing. */
    private static final int HOLES_MIN = 64 * 1024;

    private int[] starts = new int[INITIAL];
    private byte[] octets = new byte[INITIAL];
    /** Slots in use: those below. */
    private int count;

    private int end;
    private int holes;

    /** Puts a name of at most 255 characters into the slot behind the last one. */
    void put(int slot, byte[] name) {
        if (slot != count) throw new IllegalArgumentException("slot " + slot + " of " + count);
        if (name.length > LENGTH_MAX) throw new IllegalArgumentException("a name of " + name.length + " octets");
        if (slot == starts.length) starts = Arrays.copyOf(starts, starts.length + starts.length / 2);
        makeRoom(1 + name.length);
        starts[slot] = end;
        octets[end] = (byte) name.length;
        System.arraycopy(name, 0, octets, end + 1, name.length);
        end += 1 + name.length;
        count++;
    }

    private void makeRoom(int more) {
        if (octets.length - end >= more) return;
        if (holes > HOLES_MIN && holes > end / 4) {
            closeHoles();
            if (octets.length - end >= more) return;
        }
        octets = Arrays.copyOf(octets, Math.max(end + more, Math.addExact(octets.length, octets.length / 2)));
    }

    private void closeHoles() {
        byte[] closed = new byte[octets.length];
        int to = 0;
        for (int slot = 0; slot < count; slot++) {
            int length = 1 + lengthOf(slot);
            System.arraycopy(octets, starts[slot], closed, to, length);
            starts[slot] = to;
            to += length;
        }
        octets = closed;
        end = to;
        holes = 0;
    }

    /** Octets that are taken for names, holes and room to grow included. */
    int capacityBytes() {
        return octets.length;
    }

    private int lengthOf(int slot) {
        return octets[starts[slot]] & 0xff;
    }

    String at(int slot) {
        return new String(octets, starts[slot] + 1, lengthOf(slot), ISO_8859_1);
    }

    boolean isAt(int slot, byte[] name) {
        int from = starts[slot] + 1;
        return Arrays.equals(octets, from, from + lengthOf(slot), name, 0, name.length);
    }

    /** As {@link Arrays#hashCode(byte[])} of the name. */
    int hashOf(int slot) {
        int hash = 1;
        int from = starts[slot] + 1;
        for (int at = from; at < from + lengthOf(slot); at++) hash = 31 * hash + octets[at];
        return hash;
    }

    void swap(int one, int other) {
        int start = starts[one];
        starts[one] = starts[other];
        starts[other] = start;
    }

    /** Removes the name in the last slot. */
    void remove(int slot) {
        if (slot != count - 1) throw new IllegalArgumentException("slot " + slot + " of " + count);
        holes += 1 + lengthOf(slot);
        count--;
    }
}
