package posthaste.bench;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Proves from outside that 250 means on disk: runs the relay under strace, sends messages that each carry a mark, and
 * finds for every 250 in the order of system calls the write of the marked content, then an fdatasync or fsync of the same
 * file that began after that write had returned, and its return before the call that sent the 250 began.
 */
public final class SyncProof {
    private static final int CLIENTS = 4;
    private static final Pattern CALL = Pattern.compile("^(\\d+) +(?:<\\.\\.\\. )?(\\w+)(?: resumed>|\\((\\d+)?)");
    private static final Pattern QUEUED = Pattern.compile("250 2\\.0\\.0 ([0-9a-z]{13}) queued");
    private static final Pattern MARK = Pattern.compile("MARK-\\d+-K");

    private SyncProof() {}

    /**
     * What the trace showed.
     *
     * @param replies how many messages were answered 250
     * @param proved for how many of them the covering sync was found
     * @param syncs syncs of the write-ahead log in all
     * @param unproved ids without a covering sync
     */
    record Proof(int replies, int proved, int syncs, List<String> unproved) {}

    /** @param args optional: how many messages */
    public static void main(String[] args) throws IOException, InterruptedException {
        int messages = args.length > 0 ? Integer.parseInt(args[0]) : 200;
        Proof proof = run(Files.createTempDirectory("posthaste-sync"), messages);
        System.out.println(proof);
        System.exit(proof.proved() == proof.replies() && proof.replies() == messages ? 0 : 1);
    }

    static Proof run(Path directory, int messages) throws IOException, InterruptedException {
        Path trace = directory.resolve("strace.out");
        Path config = directory.resolve("posthaste.toml");
        var strace = List.of(
                "strace",
                "-f",
                "-qq",
                "-s",
                "300000",
                "-o",
                trace.toString(),
                "-e",
                "trace=write,writev,pwrite64,pwritev,sendto,sendmsg,fdatasync,fsync");
        var log = new RelayLog();
        Map<String, String> markOf;
        try (ExactSink sink = new ExactSink(0)) {
            RelayProcess.write(config, CrashTool.configuration(directory, sink.port()));
            try (RelayProcess relay = RelayProcess.start(RelayProcess.launcher(), config, strace, log)) {
                markOf = send(relay.awaitReady(Duration.ofSeconds(120)).smtp(), messages);
                relay.terminate(Duration.ofSeconds(60));
            }
        }
        return judge(trace, markOf);
    }

    /** Sends over parallel connections and returns the mark of each acknowledged id. */
    private static Map<String, String> send(InetSocketAddress relay, int messages) throws InterruptedException {
        Map<String, String> markOf = new ConcurrentHashMap<>();
        ExecutorService clients = Executors.newFixedThreadPool(CLIENTS);
        for (int client = 0; client < CLIENTS; client++) {
            int first = client;
            clients.execute(() -> {
                try {
                    sendAll(relay, first, messages, markOf);
                } catch (IOException failure) {
                    throw new IllegalStateException(failure);
                }
            });
        }
        clients.shutdown();
        if (!clients.awaitTermination(120, TimeUnit.SECONDS)) throw new IllegalStateException("sending took too long");
        return markOf;
    }

    private static void sendAll(InetSocketAddress relay, int first, int messages, Map<String, String> markOf)
            throws IOException {
        try (Socket socket = new Socket()) {
            socket.connect(relay, 5_000);
            socket.setSoTimeout(60_000);
            var in = new BufferedReader(new InputStreamReader(socket.getInputStream(), ISO_8859_1));
            OutputStream out = socket.getOutputStream();
            in.readLine();
            say(out, in, "HELO proof.test");
            for (int i = first; i < messages; i += CLIENTS) {
                String mark = "MARK-" + i + "-K";
                say(out, in, "MAIL FROM:<proof@client.test>");
                say(out, in, "RCPT TO:<r" + i + "@d" + i % 3 + ".dest.test>");
                say(out, in, "DATA");
                // Three times, because the log cuts its records into blocks, and a cut may go through a mark.
                String body = (mark + "\r\n").repeat(3);
                Matcher reply = QUEUED.matcher(say(out, in, "Subject: proof\r\n\r\n" + body + "."));
                if (reply.find()) markOf.put(reply.group(1), mark);
            }
            say(out, in, "QUIT");
        }
    }

    private static String say(OutputStream out, BufferedReader in, String line) throws IOException {
        out.write((line + "\r\n").getBytes(ISO_8859_1));
        String reply = in.readLine();
        if (reply == null) throw new IOException("connection closed behind " + line);
        return reply;
    }

    /** One sync: the line where it began, and where it had returned. */
    private record Sync(String descriptor, int begin, int end) {}

    /** A write of marked content: where it had returned, and to which file. */
    private record Written(String descriptor, int end) {}

    /** A call that has not returned yet. */
    private record Begun(String name, String descriptor, int line, List<String> marks) {}

    /** The order of the lines is the order of the calls; a call that was interrupted in the trace has two lines. */
    private static Proof judge(Path trace, Map<String, String> markOf) throws IOException {
        Map<String, List<Written>> written = new HashMap<>();
        List<Sync> syncs = new ArrayList<>();
        Map<String, Integer> repliedAt = new HashMap<>();
        Map<String, Begun> open = new HashMap<>();
        int number = 0;
        try (BufferedReader lines = Files.newBufferedReader(trace, ISO_8859_1)) {
            String line;
            while ((line = lines.readLine()) != null) {
                number++;
                Matcher call = CALL.matcher(line);
                if (!call.find()) continue;
                String thread = call.group(1);
                Begun begun;
                if (call.group(3) != null) {
                    begun = new Begun(call.group(2), call.group(3), number, marksIn(line));
                    Matcher reply = QUEUED.matcher(line);
                    // The beginning of the call that sends a 250 is what counts.
                    while (reply.find() && !line.contains("MARK-")) repliedAt.putIfAbsent(reply.group(1), number);
                    if (line.endsWith("<unfinished ...>")) {
                        open.put(thread, begun);
                        continue;
                    }
                } else {
                    begun = open.remove(thread);
                    if (begun == null) continue;
                }
                if (begun.name().contains("sync")) {
                    syncs.add(new Sync(begun.descriptor(), begun.line(), number));
                } else {
                    for (String mark : begun.marks()) {
                        written.computeIfAbsent(mark, key -> new ArrayList<>())
                                .add(new Written(begun.descriptor(), number));
                    }
                }
            }
        }
        return prove(markOf, written, syncs, repliedAt);
    }

    private static List<String> marksIn(String line) {
        var marks = new ArrayList<String>();
        Matcher mark = MARK.matcher(line);
        while (mark.find()) marks.add(mark.group());
        return marks;
    }

    private static Proof prove(
            Map<String, String> markOf,
            Map<String, List<Written>> written,
            List<Sync> syncs,
            Map<String, Integer> repliedAt) {
        List<String> unproved = new ArrayList<>();
        markOf.forEach((id, mark) -> {
            int reply = repliedAt.getOrDefault(id, 0);
            boolean covered = written.getOrDefault(mark, List.of()).stream()
                    .anyMatch(write -> syncs.stream()
                            .anyMatch(sync -> sync.descriptor().equals(write.descriptor())
                                    && sync.begin() > write.end()
                                    && sync.end() < reply));
            if (!covered) unproved.add(id);
        });
        return new Proof(markOf.size(), markOf.size() - unproved.size(), syncs.size(), unproved);
    }
}
