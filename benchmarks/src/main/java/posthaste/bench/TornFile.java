package posthaste.bench;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;

/**
 * One file of the modelled disk: what was synced, and what was written since, of which a power cut keeps any sectors in any
 * order. A sector holds what it held at the last sync or behind any later write to it, never a mixture. The size is
 * kept or not, like the data: what it covers and was not kept reads as zeros.
 */
final class TornFile {
    static final int SECTOR = 512;
    private static final List<Integer> PERCENT_KEPT = List.of(10, 50, 90);

    private byte[] synced = {};
    private int syncedSize;
    private final List<Change> pending = new ArrayList<>();
    private long size;

    /** A write of {@code data}, or where that is empty a new size. */
    static final class Change {
        private final int at;
        private final byte[] data;
        private boolean returned;

        private Change(int at, byte[] data) {
            this.at = at;
            this.data = data;
        }

        private int end() {
            return at + data.length;
        }
    }

    /** A sector that was written since the last sync, and the writes that touch it, oldest first. */
    private record Sector(int from, List<Change> writes) {}

    /** How a power cut picks from what was not synced. */
    private enum Keeping {
        NOTHING,
        EVERYTHING,
        /** As if written in order, the last write in part. */
        A_PREFIX,
        /** Late writes without early ones. */
        A_SUFFIX,
        /** All but one stretch. */
        ALL_BUT_A_HOLE,
        ANY_SECTORS
    }

    long size() {
        return size;
    }

    /** A write begins; the caller says when it returned. */
    Change write(long offset, byte[] data) {
        Change change = new Change(Math.toIntExact(offset), data);
        pending.add(change);
        size = Math.max(size, change.end());
        return change;
    }

    void returned(Change change) {
        change.returned = true;
    }

    void resize(long bytes) {
        Change change = new Change(Math.toIntExact(bytes), new byte[0]);
        change.returned = true;
        pending.add(change);
        size = bytes;
    }

    /** What a sync covers that begins now: every change that has returned, up to the first that has not. */
    List<Change> coveredBySync() {
        List<Change> covered = new ArrayList<>();
        for (Change change : pending) {
            if (!change.returned) break;
            covered.add(change);
        }
        return covered;
    }

    /** A sync returned that covers these. */
    void synced(List<Change> covered) {
        int count = 0;
        while (count < pending.size() && count < covered.size() && pending.get(count) == covered.get(count)) count++;
        for (Change change : pending.subList(0, count)) applyToSynced(change);
        pending.subList(0, count).clear();
    }

    private void applyToSynced(Change change) {
        if (change.data.length == 0) {
            if (change.at < syncedSize) Arrays.fill(synced, change.at, syncedSize, (byte) 0);
            syncedSize = change.at;
        } else {
            syncedSize = Math.max(syncedSize, change.end());
        }
        if (synced.length < syncedSize) synced = Arrays.copyOf(synced, Math.max(syncedSize, synced.length * 2));
        System.arraycopy(change.data, 0, synced, change.at, change.data.length);
    }

    /** What the file holds after a power cut now. */
    byte[] torn(Random random) {
        byte[] content = Arrays.copyOf(synced, Math.toIntExact(Math.max(reach(), syncedSize)));
        Arrays.fill(content, syncedSize, content.length, (byte) 0);
        if (pending.isEmpty()) return content;
        List<Sector> sectors = sectors();
        int[] kept = choose(sectors, random);
        int end = syncedSize;
        for (int i = 0; i < kept.length; i++) {
            for (Change change : sectors.get(i).writes().subList(0, kept[i])) {
                end = Math.max(end, copy(change, sectors.get(i), content));
            }
        }
        return Arrays.copyOf(content, sizeKept(end, content.length, random));
    }

    /** Copies what {@code change} has of the sector, and returns where that ends in the file. */
    private static int copy(Change change, Sector sector, byte[] content) {
        int first = Math.max(sector.from(), change.at);
        int behind = Math.min(sector.from() + SECTOR, change.end());
        System.arraycopy(change.data, first - change.at, content, first, behind - first);
        return behind;
    }

    private int reach() {
        int reach = 0;
        for (Change change : pending) reach = Math.max(reach, change.end());
        return reach;
    }

    private List<Sector> sectors() {
        Map<Integer, List<Change>> bySector = new TreeMap<>();
        for (Change change : pending) {
            for (int sector = change.at / SECTOR; sector * SECTOR < change.end(); sector++) {
                if (change.data.length > 0)
                    bySector.computeIfAbsent(sector, none -> new ArrayList<>()).add(change);
            }
        }
        List<Sector> sectors = new ArrayList<>(bySector.size());
        bySector.forEach((number, writes) -> sectors.add(new Sector(number * SECTOR, writes)));
        return sectors;
    }

    /** For each sector, how many of its writes are kept. */
    private static int[] choose(List<Sector> sectors, Random random) {
        Keeping keeping = Keeping.values()[random.nextInt(Keeping.values().length)];
        int[] kept = new int[sectors.size()];
        int from = random.nextInt(kept.length + 1);
        int until = Math.min(kept.length, from + 1 + random.nextInt(kept.length / 2 + 1));
        int percent = PERCENT_KEPT.get(random.nextInt(PERCENT_KEPT.size()));
        for (int i = 0; i < kept.length; i++) {
            int all = sectors.get(i).writes().size();
            kept[i] = switch (keeping) {
                case NOTHING -> 0;
                case EVERYTHING -> all;
                case A_PREFIX -> i < from ? all : 0;
                case A_SUFFIX -> i >= from ? all : 0;
                case ALL_BUT_A_HOLE -> i < from || i >= until ? all : 0;
                case ANY_SECTORS -> random.nextInt(100) < percent ? 1 + random.nextInt(all) : 0;
            };
        }
        return kept;
    }

    /** The size is written on its own: that of the last kept sector, all of it with zeros, or less. */
    private int sizeKept(int end, int whole, Random random) {
        return switch (random.nextInt(4)) {
            case 0 -> whole;
            case 1 -> syncedSize + random.nextInt(end - syncedSize + 1);
            default -> end;
        };
    }
}
