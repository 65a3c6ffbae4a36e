package posthaste.bench;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * Cuts the power without a plug: runs the relay under strace with load, rebuilds what the disk may hold at random instants
 * ({@link TornDisk}), and opens each of these disks. A good one opens, contradicts docs/queue.md nowhere, and has every
 * message whose 250 had begun to be sent, or a next hop had taken it. The slots of final dots are mapped memory that no
 * call writes: they are left out, blank, or of another moment, and none of that may do harm.
 */
@Command(
        name = "power-cut",
        mixinStandardHelpOptions = true,
        description = "Rebuilds the disk as power cuts leave it, and opens each of them.")
public final class PowerCut implements Callable<Integer> {
    private static final String SLOTS = "in-dot";
    /** In lines of the trace: about as long as a log that was just begun waits for its first sync. */
    private static final int BEHIND_NEW_LOG = 12;

    @Option(names = "--cuts", description = "how often (default ${DEFAULT-VALUE})")
    private int cuts = 200;

    @Option(
            names = "--relays",
            description = "how many of the disks a whole relay starts on (default ${DEFAULT-VALUE})")
    private int relays = 10;

    @Option(names = "--seconds", description = "how long the clients send (default ${DEFAULT-VALUE})")
    private int seconds = 15;

    @Option(names = "--seed", description = "of the random choices (default: the time)")
    private long seed = System.nanoTime();

    @Option(names = "--ignore-syncs", description = "the control: a disk that syncs no log; must fail")
    private boolean ignoreSyncs;

    @Option(names = "--keep", description = "keep the files")
    private boolean keep;

    private final PrintStream out;

    PowerCut(PrintStream out) {
        this.out = out;
    }

    /** @param args see {@code --help} */
    public static void main(String[] args) {
        System.exit(new CommandLine(new PowerCut(System.out)).execute(args));
    }

    /**
     * What the cuts came to.
     *
     * @param promised replies of 250 that had begun to be sent, summed over the cuts
     * @param bad each cut that went wrong, with the first of its problems
     */
    record Result(int cuts, int relays, long promised, List<String> bad) {
        boolean isGood() {
            return bad.isEmpty();
        }

        @Override
        public String toString() {
            return "cuts " + cuts + ", relays started " + relays + ", promises checked " + promised + ", bad "
                    + bad.size()
                    + String.join("", bad.stream().map(each -> "\n  " + each).toList());
        }
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        Path directory = Files.createTempDirectory("posthaste-power");
        out.println("seed " + seed + ", files in " + directory);
        PowerRecording recording = PowerRecording.make(directory, Duration.ofSeconds(seconds), seed);
        long answered = recording.sent().values().stream()
                .filter(CrashLoad.Sent::acknowledged)
                .count();
        out.println("recorded: " + answered + " messages answered 250, "
                + recording.taken().size() + " taken, trace of " + (Files.size(recording.trace()) >> 20) + " MiB");
        TornDisk.Syncs syncs = ignoreSyncs ? TornDisk.Syncs.IGNORED_FOR_LOGS : TornDisk.Syncs.BELIEVED;
        Result result = run(recording, directory, cuts, relays, seed, syncs);
        out.println(result);
        if (!keep) Trees.delete(directory);
        return result.isGood() ? 0 : 1;
    }

    /** Cuts {@code recording} at random instants, and tries each disk below {@code directory}. */
    Result run(
            PowerRecording recording,
            Path directory,
            int cutCount,
            int relayCount,
            long randomSeed,
            TornDisk.Syncs syncs)
            throws IOException, InterruptedException {
        Deque<Integer> instants = Instants.choose(recording, cutCount, new Random(randomSeed));
        Cutter cutter = new Cutter(recording, directory, instants, relayCount, randomSeed, syncs);
        new DiskTrace(recording.root()).read(recording.trace(), cutter);
        cutter.cutUntil(Integer.MAX_VALUE);
        return new Result(cutter.done, cutter.relaysStarted, cutter.promised, List.copyOf(cutter.bad));
    }

    /** Lines of the trace behind which the power goes. */
    private static final class Instants implements DiskTrace.Listener {
        private final List<Integer> replies = new ArrayList<>();
        private final List<Integer> syncs = new ArrayList<>();
        private final List<Integer> logs = new ArrayList<>();

        @Override
        public void began(int line, DiskCall call) {
            if (call instanceof DiskCall.Accepted) replies.add(line);
            if (call instanceof DiskCall.Synced) syncs.add(line);
        }

        @Override
        public void returned(int line, DiskCall call) {
            if (call instanceof DiskCall.Opened opened && opened.creates() && isLog(opened)) logs.add(line);
        }

        private static boolean isLog(DiskCall.Opened opened) {
            return opened.descriptor().path().toString().endsWith(".log");
        }

        /**
         * A quarter of them anywhere, the others where it hurts: as a 250 is sent, while a sync runs, or soon after the
         * log went on in another file. Sorted.
         */
        static Deque<Integer> choose(PowerRecording recording, int count, Random random)
                throws IOException, InterruptedException {
            Instants seen = new Instants();
            int lines = new DiskTrace(recording.root()).read(recording.trace(), seen);
            if (seen.replies.isEmpty()) throw new IllegalStateException("no 250 in " + recording.trace());
            int first = seen.replies.get(0);
            List<Integer> instants = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                instants.add(
                        switch (i % 4) {
                            case 0 -> seen.replies.get(random.nextInt(seen.replies.size()));
                            case 1 -> seen.syncs.get(random.nextInt(seen.syncs.size()));
                            case 2 ->
                                Math.min(
                                        lines - 1,
                                        seen.logs.get(random.nextInt(seen.logs.size()))
                                                + random.nextInt(BEHIND_NEW_LOG));
                            default -> first + random.nextInt(lines - first);
                        });
            }
            Collections.sort(instants);
            return new ArrayDeque<>(instants);
        }
    }

    /** Follows the trace and cuts at each instant. */
    private final class Cutter implements DiskTrace.Listener {
        private final PowerRecording recording;
        private final Path directory;
        private final Deque<Integer> instants;
        private final int relayEvery;
        private final long randomSeed;
        private final TornDisk disk;
        private final ImageCheck check;
        private final List<String> bad = new ArrayList<>();
        private int done;
        private int relaysStarted;
        private long promised;

        Cutter(
                PowerRecording recording,
                Path directory,
                Deque<Integer> instants,
                int relayCount,
                long randomSeed,
                TornDisk.Syncs syncs) {
            this.recording = recording;
            this.directory = directory;
            this.instants = instants;
            this.randomSeed = randomSeed;
            relayEvery = relayCount == 0 ? Integer.MAX_VALUE : Math.max(1, instants.size() / relayCount);
            disk = new TornDisk(recording.root(), syncs);
            check = new ImageCheck(recording.sent(), recording.taken());
        }

        @Override
        public void began(int line, DiskCall call) throws IOException, InterruptedException {
            cutUntil(line);
            disk.began(line, call);
        }

        @Override
        public void returned(int line, DiskCall call) throws IOException, InterruptedException {
            cutUntil(line);
            disk.returned(line, call);
        }

        /** Cuts at every instant before {@code line}. */
        void cutUntil(int line) throws IOException, InterruptedException {
            while (!instants.isEmpty() && instants.peekFirst() < line) cut(instants.removeFirst());
        }

        private void cut(int instant) throws IOException, InterruptedException {
            done++;
            Set<String> ids = disk.promised();
            promised += ids.size();
            Path image = directory.resolve("image");
            List<String> problems = new ArrayList<>();
            build(image);
            if (done % relayEvery == 0) {
                relaysStarted++;
                problems.addAll(new RelayOnImage(recording, directory).problems(image.resolve("data"), ids));
                build(image);
            }
            problems.addAll(check.problems(image.resolve("data"), ids));
            if (problems.isEmpty()) {
                Trees.delete(image);
                return;
            }
            bad.add("cut " + done + " behind line " + instant + ", " + ids.size() + " promised: " + problems.size()
                    + " problems, first: " + problems.get(0));
            build(image); // as it was before the check opened it, to be looked at
            if (keep) Files.move(image, directory.resolve("bad-" + done));
        }

        /** The same seed builds the same disk again. */
        private void build(Path image) throws IOException {
            Random random = new Random(randomSeed * 1_000_003 + done);
            Trees.delete(image);
            disk.cut(image, Set.of(SLOTS), random);
            Path data = image.resolve("data");
            byte[] slots = Files.readAllBytes(recording.slots());
            int choice = random.nextInt(4);
            if (choice == 0 || !Files.isDirectory(data)) return;
            Files.write(data.resolve(SLOTS), choice == 1 ? new byte[slots.length] : slots);
        }
    }
}
