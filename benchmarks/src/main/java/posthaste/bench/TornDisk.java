package posthaste.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;

/**
 * What a disk holds while a relay runs, as told by a {@link DiskTrace}, and what it may hold after a power cut.
 *
 * <p>The model is the weakest that POSIX allows. The data of a file is kept up to its last sync, and any sectors of what
 * was written later ({@link TornFile}). A name (creation, rename, removal) is kept once its directory was synced; until then
 * each name on its own may be as it was at that sync or at any moment since. A sync of the file itself keeps no name: ext4
 * and xfs do more, because their journals keep the order of changes of names and one fsync carries all earlier ones, so a
 * relay that survives this model survives theirs.
 */
final class TornDisk implements DiskTrace.Listener {
    private static final String LOG = ".log";

    private final Path root;
    private final Syncs syncs;
    private final Map<Path, Name> names = new TreeMap<>();
    private final Map<Integer, Open> open = new HashMap<>();
    private final IdentityHashMap<DiskCall, Runnable> atReturn = new IdentityHashMap<>();
    private final Set<String> promised = new HashSet<>();

    /** Which syncs the disk obeys. */
    enum Syncs {
        BELIEVED,
        /** Those of write-ahead logs do nothing: the control that must fail. */
        IGNORED_FOR_LOGS
    }

    /** Nothing, a directory or a file. */
    private sealed interface Entry {
        record Nothing() implements Entry {}

        record Directory() implements Entry {}

        record File(TornFile file) implements Entry {}
    }

    /** What a name stood for, oldest first; the first one is on the disk. */
    private static final class Name {
        final List<Entry> entries = new ArrayList<>(List.of(new Entry.Nothing()));
        /** How many entries were let go since they can come back no more. */
        int gone;

        Entry now() {
            return entries.get(entries.size() - 1);
        }

        int count() {
            return gone + entries.size();
        }

        /** The directory was synced when there had been {@code count} entries. */
        void synced(int count) {
            int superseded = Math.max(0, count - 1 - gone);
            entries.subList(0, superseded).clear();
            gone += superseded;
        }
    }

    private static final class Open {
        final Path path;
        final Entry entry;
        long position;

        Open(Path path, Entry entry) {
            this.path = path;
            this.entry = entry;
        }
    }

    /** @param root exists and is kept, as what is above it */
    TornDisk(Path root, Syncs syncs) {
        this.root = root;
        this.syncs = syncs;
        names.put(root, kept(new Entry.Directory()));
    }

    private static Name kept(Entry entry) {
        Name name = new Name();
        name.entries.set(0, entry);
        return name;
    }

    /** Ids of the messages whose 250 has begun to be sent. */
    Set<String> promised() {
        return new HashSet<>(promised);
    }

    @Override
    public void began(int line, DiskCall call) {
        if (call instanceof DiskCall.Accepted accepted) promised.addAll(accepted.ids());
        if (call instanceof DiskCall.Written written) write(written);
        if (call instanceof DiskCall.Synced synced) sync(synced);
    }

    private void write(DiskCall.Written call) {
        Open opened = opened(call.descriptor());
        if (!(opened.entry instanceof Entry.File entry)) throw new IllegalStateException("a write to " + opened.path);
        long offset = call.offset();
        if (offset == DiskCall.Written.AT_POSITION) {
            offset = opened.position;
            opened.position += call.data().length;
        }
        TornFile.Change change = entry.file().write(offset, call.data());
        atReturn.put(call, () -> entry.file().returned(change));
    }

    private Open opened(DiskCall.Descriptor descriptor) {
        return Optional.ofNullable(open.get(descriptor.number()))
                .orElseThrow(() -> new IllegalStateException("not opened in the trace: " + descriptor));
    }

    private void sync(DiskCall.Synced call) {
        Open opened = opened(call.descriptor());
        if (opened.entry instanceof Entry.File entry) {
            if (syncs == Syncs.IGNORED_FOR_LOGS && opened.path.toString().endsWith(LOG)) return;
            List<TornFile.Change> covered = entry.file().coveredBySync();
            atReturn.put(call, () -> entry.file().synced(covered));
        } else {
            IdentityHashMap<Name, Integer> covered = new IdentityHashMap<>();
            names.forEach((path, name) -> {
                if (opened.path.equals(path.getParent())) covered.put(name, name.count());
            });
            atReturn.put(call, () -> covered.forEach(Name::synced));
        }
    }

    @Override
    public void returned(int line, DiskCall call) {
        Optional.ofNullable(atReturn.remove(call)).ifPresent(Runnable::run);
        if (call instanceof DiskCall.Opened opened) open(opened);
        if (call instanceof DiskCall.Resized resized) resize(resized);
        if (call instanceof DiskCall.Renamed renamed) {
            becomes(renamed.to(), name(renamed.from()).now());
            becomes(renamed.from(), new Entry.Nothing());
        }
        if (call instanceof DiskCall.Linked linked)
            becomes(linked.to(), name(linked.from()).now());
        if (call instanceof DiskCall.Removed removed) becomes(removed.path(), new Entry.Nothing());
        if (call instanceof DiskCall.DirectoryMade made) becomes(made.path(), new Entry.Directory());
    }

    private void open(DiskCall.Opened call) {
        Path path = call.descriptor().path();
        boolean missing = name(path).now() instanceof Entry.Nothing;
        if (missing && !call.creates()) throw new IllegalStateException("opened and never made: " + path);
        if (missing || call.truncates()) becomes(path, new Entry.File(new TornFile()));
        open.put(call.descriptor().number(), new Open(path, name(path).now()));
    }

    private void resize(DiskCall.Resized call) {
        if (opened(call.descriptor()).entry instanceof Entry.File entry)
            entry.file().resize(call.bytes());
    }

    private Name name(Path path) {
        return names.computeIfAbsent(path, none -> new Name());
    }

    private void becomes(Path path, Entry entry) {
        name(path).entries.add(entry);
    }

    /**
     * Builds in {@code image}, in place of {@code root}, what a power cut at this moment may leave.
     *
     * @param without the names of files that are left out
     */
    void cut(Path image, Set<String> without, Random random) throws IOException {
        boolean allNames = random.nextInt(3) == 0; // else too few cuts would meet a whole directory
        for (var each : names.entrySet()) {
            Path path = image.resolve(root.relativize(each.getKey()).toString());
            List<Entry> entries = each.getValue().entries;
            int chosen = allNames ? entries.size() - 1 : random.nextInt(entries.size());
            // A parent that is not there takes what is below it along; parents come first in the order of paths.
            boolean reachable = each.getKey().equals(root) || Files.isDirectory(path.resolveSibling("."));
            if (!reachable || without.contains(String.valueOf(path.getFileName()))) continue;
            if (entries.get(chosen) instanceof Entry.Directory) Files.createDirectory(path);
            if (entries.get(chosen) instanceof Entry.File entry)
                Files.write(path, entry.file().torn(random));
        }
    }
}
