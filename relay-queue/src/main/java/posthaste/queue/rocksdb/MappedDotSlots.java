package posthaste.queue.rocksdb;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.AtomicLong;
import posthaste.queue.DotSlots;
import posthaste.queue.MessageId;

/**
 * 65,536 slots of 64 bytes: state (8: 1 while taken, written last and cleared first), message id (8), part (2), length
 * of the host (1), host (up to 45, ASCII). Little-endian. Never forced: the page cache survives kill -9. Thread-safe;
 * free slots form a lock-free stack.
 */
final class MappedDotSlots implements DotSlots {
    static final int SLOTS = 65_536;
    static final int SLOT_BYTES = 64;
    private static final int ID_AT = 8;
    private static final int PART_AT = 16;
    private static final int HOST_LENGTH_AT = 18;
    private static final int HOST_AT = 19;
    private static final int HOST_MAX = SLOT_BYTES - HOST_AT;
    private static final long FREE = 0;
    private static final long TAKEN = 1;
    private static final int NONE = -1;
    private static final Slot BLANK = () -> {};

    private static final VarHandle LONGS = MethodHandles.byteBufferViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    private final MappedByteBuffer slots;
    private final AtomicIntegerArray nextFree = new AtomicIntegerArray(SLOTS);
    /** The first free slot in the lower half, a count of changes in the upper, so that a reused slot is noticed. */
    private final AtomicLong firstFree = new AtomicLong(NONE & 0xffff_ffffL);

    private final List<Inherited> inherited = new ArrayList<>();

    /** A slot that the last process left taken. */
    record Inherited(int slot, MessageId message, int part, String host) {}

    private MappedDotSlots(MappedByteBuffer slots) {
        this.slots = slots;
        slots.order(ByteOrder.LITTLE_ENDIAN);
        for (int slot = SLOTS - 1; slot >= 0; slot--) {
            if ((long) LONGS.getAcquire(slots, slot * SLOT_BYTES) == FREE) {
                push(slot);
            } else {
                inherit(slot);
            }
        }
    }

    static MappedDotSlots open(Path file) throws IOException {
        try (FileChannel channel =
                FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            return new MappedDotSlots(channel.map(FileChannel.MapMode.READ_WRITE, 0, (long) SLOTS * SLOT_BYTES));
        }
    }

    private void inherit(int slot) {
        int at = slot * SLOT_BYTES;
        long id = slots.getLong(at + ID_AT);
        int length = Math.min(slots.get(at + HOST_LENGTH_AT) & 0xff, HOST_MAX);
        byte[] host = new byte[length];
        slots.get(at + HOST_AT, host);
        if (id < 0) {
            free(slot);
            return;
        }
        int part = slots.getShort(at + PART_AT) & 0xffff;
        inherited.add(new Inherited(slot, new MessageId(id), part, new String(host, US_ASCII)));
    }

    /** Slots that the last process left taken; they stay so until {@link #forgetInherited}. */
    List<Inherited> inherited() {
        return List.copyOf(inherited);
    }

    void forgetInherited() {
        inherited.forEach(each -> free(each.slot()));
        inherited.clear();
    }

    @Override
    public Slot claim(MessageId message, int part, String host) {
        int slot = pop();
        if (slot == NONE) return BLANK;
        int at = slot * SLOT_BYTES;
        slots.putLong(at + ID_AT, message.value());
        slots.putShort(at + PART_AT, (short) part);
        int length = Math.min(host.length(), HOST_MAX);
        slots.put(at + HOST_LENGTH_AT, (byte) length);
        for (int i = 0; i < length; i++) slots.put(at + HOST_AT + i, printable(host.charAt(i)));
        LONGS.setRelease(slots, at, TAKEN);
        return new Taken(slot);
    }

    private static byte printable(char c) {
        return (byte) (c >= ' ' && c < 0x7f ? c : '?');
    }

    private void free(int slot) {
        LONGS.setRelease(slots, slot * SLOT_BYTES, FREE);
        push(slot);
    }

    private void push(int slot) {
        long first;
        do {
            first = firstFree.get();
            nextFree.set(slot, (int) first);
        } while (!firstFree.compareAndSet(first, changed(first, slot)));
    }

    private int pop() {
        long first;
        do {
            first = firstFree.get();
            if ((int) first == NONE) return NONE;
        } while (!firstFree.compareAndSet(first, changed(first, nextFree.get((int) first))));
        return (int) first;
    }

    private static long changed(long before, int slot) {
        return (((before >>> 32) + 1) << 32) | (slot & 0xffff_ffffL);
    }

    private final class Taken implements Slot {
        private final int slot;
        private final AtomicBoolean released = new AtomicBoolean();

        Taken(int slot) {
            this.slot = slot;
        }

        @Override
        public void release() {
            if (released.compareAndSet(false, true)) free(slot);
        }
    }
}
