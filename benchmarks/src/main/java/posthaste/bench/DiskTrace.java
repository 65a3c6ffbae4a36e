package posthaste.bench;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import posthaste.bench.DiskCall.Descriptor;

/**
 * Reads what strace wrote of a relay ({@link #wrapper}). The order of the lines is the order in which calls began and
 * returned; a call that another one interrupted in the trace has two lines. Calls that failed changed nothing and are
 * left out; a call on files outside of {@code root} is, too. Whatever the reader does not understand ends it: a proof must
 * not rest on calls that were passed over.
 */
final class DiskTrace {
    /** Longer than any buffer that the relay or its database writes at once. */
    private static final int STRING_MAX = 8 << 20;

    private static final Pattern LINE = Pattern.compile("^(\\d+) +(.*)$", Pattern.DOTALL);
    private static final Pattern RESUMED = Pattern.compile("^<\\.\\.\\. \\w+ resumed>(.*)$", Pattern.DOTALL);
    private static final Pattern RESULT = Pattern.compile("\\)\\s+= (-?\\d+|\\?)(?:<.*>)?(?: .*)?$");
    private static final Pattern DESCRIPTOR = Pattern.compile("^\\w+\\((\\d+)<([^>]*)>");
    private static final Pattern OPENED = Pattern.compile("= (\\d+)<([^>]*)>$");
    private static final Pattern QUEUED = Pattern.compile("250 2\\.0\\.0 ([0-9a-z]{13}) queued");
    private static final Pattern NUMBER = Pattern.compile(", (\\d+)");
    private static final String UNFINISHED = " <unfinished ...>";

    private final Path root;
    private final Map<String, Begun> open = new HashMap<>();
    private int lines;

    private record Begun(String text, Optional<DiskCall> call) {}

    /** Told of each call twice; {@code line} grows. */
    interface Listener {
        /** The call was entered: from here on its effect may be on the disk. Not told of opens and changes of names. */
        void began(int line, DiskCall call) throws IOException, InterruptedException;

        /** The call returned without an error. */
        void returned(int line, DiskCall call) throws IOException, InterruptedException;
    }

    /** @param root only calls on files below it are told */
    DiskTrace(Path root) {
        this.root = root;
    }

    /** The command under which the relay writes {@code trace}; strace follows every thread. */
    static List<String> wrapper(Path trace) {
        return List.of(
                "strace",
                "-f",
                "--seccomp-bpf",
                "-qq",
                "-y",
                "-s",
                Integer.toString(STRING_MAX),
                "-o",
                trace.toString(),
                "-e",
                "signal=none",
                "-e",
                "trace=open,openat,creat,write,pwrite64,writev,pwritev,pwritev2,ftruncate,truncate,fallocate,"
                        + "copy_file_range,sendfile,lseek,rename,renameat,renameat2,link,linkat,unlink,unlinkat,rmdir,"
                        + "mkdir,mkdirat,fsync,fdatasync,sync_file_range,msync,sendto,sendmsg");
    }

    /** Tells {@code listener} of the whole trace; returns the number of its lines. */
    int read(Path trace, Listener listener) throws IOException, InterruptedException {
        try (BufferedReader reader = Files.newBufferedReader(trace, ISO_8859_1)) {
            String line;
            while ((line = reader.readLine()) != null) {
                lines++;
                Matcher parts = LINE.matcher(line);
                if (parts.find()) line(parts.group(1), parts.group(2), listener);
            }
        }
        return lines;
    }

    private void line(String thread, String text, Listener listener) throws IOException, InterruptedException {
        Matcher resumed = RESUMED.matcher(text);
        Begun begun;
        if (resumed.find()) {
            Optional<Begun> entered = Optional.ofNullable(open.remove(thread));
            if (entered.isEmpty()) return; // entered before the trace began
            begun = new Begun(
                    entered.get().text() + resumed.group(1), entered.get().call());
        } else {
            boolean unfinished = text.endsWith(UNFINISHED);
            String entry = unfinished ? text.substring(0, text.length() - UNFINISHED.length()) : text;
            begun = new Begun(entry, atEntry(entry));
            if (begun.call().isPresent()) listener.began(lines, begun.call().get());
            if (unfinished) {
                open.put(thread, begun);
                return;
            }
        }
        Matcher result = RESULT.matcher(begun.text());
        if (!result.find() || result.group(1).startsWith("-") || result.group(1).equals("?")) {
            begun.call().ifPresent(call -> requireUnharmed(call, begun.text()));
            return;
        }
        long value = Long.parseLong(result.group(1));
        Optional<DiskCall> call = begun.call().or(() -> atReturn(begun.text()));
        if (call.isEmpty()) return;
        requireWhole(call.get(), value);
        listener.returned(lines, call.get());
    }

    /** Writes may be cut off by the end of the process, and then may or may not have happened; nothing else may fail. */
    private static void requireUnharmed(DiskCall call, String text) {
        boolean ended = text.endsWith("= ?") || !text.contains(" = ");
        if (!ended && !(call instanceof DiskCall.Accepted)) throw new IllegalStateException("failed: " + cut(text));
    }

    private static void requireWhole(DiskCall call, long result) {
        if (call instanceof DiskCall.Written write && write.data().length != result) {
            throw new IllegalStateException("wrote " + result + " of " + write.data().length + " octets");
        }
    }

    private static String cut(String text) {
        return text.substring(0, Math.min(200, text.length()));
    }

    private Optional<DiskCall> atEntry(String text) {
        String name = text.substring(0, Math.max(0, text.indexOf('(')));
        return switch (name) {
            case "write", "pwrite64" ->
                descriptor(text).map(file -> written(file, text, name)).or(() -> accepted(text));
            case "writev" ->
                descriptor(text).<DiskCall>map(file -> gathered(file, text)).or(() -> accepted(text));
            case "sendto", "sendmsg" -> accepted(text);
            case "fsync", "fdatasync" -> descriptor(text).map(DiskCall.Synced::new);
            case "ftruncate" -> descriptor(text).map(file -> new DiskCall.Resized(file, numbers(text)[0]));
            case "fallocate" -> allocated(text);
            case "pwritev", "pwritev2", "truncate", "copy_file_range", "lseek", "sendfile" -> refused(text);
            default -> Optional.empty(); // msync and sync_file_range promise nothing about the file
        };
    }

    private Optional<DiskCall> refused(String text) {
        if (!text.contains("<" + root)) return Optional.empty();
        throw new IllegalStateException("a call that the model of the disk does not know: " + cut(text));
    }

    private Optional<Descriptor> descriptor(String text) {
        Matcher matcher = DESCRIPTOR.matcher(text);
        if (!matcher.find() || !matcher.group(2).startsWith(root.toString())) return Optional.empty();
        return Optional.of(new Descriptor(Integer.parseInt(matcher.group(1)), Path.of(matcher.group(2))));
    }

    private static DiskCall written(Descriptor file, String text, String name) {
        byte[] data = string(text, text.indexOf('"'));
        long[] numbers = numbers(text.substring(text.lastIndexOf('"')));
        long offset = name.equals("pwrite64") ? numbers[1] : DiskCall.Written.AT_POSITION;
        return new DiskCall.Written(file, offset, data);
    }

    private static DiskCall gathered(Descriptor file, String text) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (int at = text.indexOf("iov_base=\""); at >= 0; at = text.indexOf("iov_base=\"", at + 1)) {
            all.writeBytes(string(text, text.indexOf('"', at)));
        }
        return new DiskCall.Written(file, DiskCall.Written.AT_POSITION, all.toByteArray());
    }

    private static Optional<DiskCall> accepted(String text) {
        Set<String> ids = new HashSet<>();
        Matcher matcher = QUEUED.matcher(text);
        while (matcher.find()) ids.add(matcher.group(1));
        return ids.isEmpty() ? Optional.empty() : Optional.of(new DiskCall.Accepted(ids));
    }

    /** Space that is set aside is not written; the size changes unless the caller keeps it. */
    private Optional<DiskCall> allocated(String text) {
        Optional<Descriptor> file = descriptor(text);
        if (file.isEmpty() || text.contains("FALLOC_FL_KEEP_SIZE")) {
            return Optional.empty();
        }
        return refused(text);
    }

    /** The numbers behind commas. */
    private static long[] numbers(String text) {
        return NUMBER.matcher(text)
                .results()
                .mapToLong(each -> Long.parseLong(each.group(1)))
                .toArray();
    }

    private Optional<DiskCall> atReturn(String text) {
        String name = text.substring(0, Math.max(0, text.indexOf('(')));
        return switch (name) {
            case "open", "openat", "creat" -> opened(text);
            case "rename", "renameat", "renameat2" -> moved(text, 2).map(two -> new DiskCall.Renamed(two[0], two[1]));
            case "link", "linkat" -> moved(text, 2).map(two -> new DiskCall.Linked(two[0], two[1]));
            case "unlink", "unlinkat", "rmdir" -> moved(text, 1).map(one -> new DiskCall.Removed(one[0]));
            case "mkdir", "mkdirat" -> moved(text, 1).map(one -> new DiskCall.DirectoryMade(one[0]));
            default -> Optional.empty();
        };
    }

    private Optional<DiskCall> opened(String text) {
        Matcher matcher = OPENED.matcher(text);
        if (!matcher.find() || !matcher.group(2).startsWith(root.toString())) return Optional.empty();
        Descriptor file = new Descriptor(Integer.parseInt(matcher.group(1)), Path.of(matcher.group(2)));
        return Optional.of(new DiskCall.Opened(file, text.contains("O_CREAT"), text.contains("O_TRUNC")));
    }

    /** The names in the arguments, which the relay gives in full. */
    private Optional<Path[]> moved(String text, int count) {
        Path[] names = new Path[count];
        int at = text.indexOf('(');
        for (int i = 0; i < count; i++) {
            at = text.indexOf('"', at + 1);
            names[i] = Path.of(new String(string(text, at), ISO_8859_1));
            at = text.indexOf('"', at + 1);
        }
        if (!names[0].startsWith(root)) return Optional.empty();
        return Optional.of(names);
    }

    /** Undoes the escapes of strace: those of C, octal ones with as few digits as tell. */
    private static byte[] string(String text, int quote) {
        ByteArrayOutputStream data = new ByteArrayOutputStream();
        int at = quote + 1;
        while (text.charAt(at) != '"') {
            char c = text.charAt(at++);
            if (c != '\\') {
                data.write(c);
                continue;
            }
            char escape = text.charAt(at++);
            int octal = Character.digit(escape, 8);
            if (octal < 0) {
                data.write(control(escape));
                continue;
            }
            for (int more = 0; more < 2 && Character.digit(text.charAt(at), 8) >= 0; more++) {
                octal = octal * 8 + Character.digit(text.charAt(at++), 8);
            }
            data.write(octal);
        }
        if (text.startsWith("...", at + 1)) throw new IllegalStateException("a string was cut off: " + cut(text));
        return data.toByteArray();
    }

    private static int control(char escape) {
        return switch (escape) {
            case 'n' -> '\n';
            case 'r' -> '\r';
            case 't' -> '\t';
            case 'v' -> 0x0b;
            case 'f' -> '\f';
            case '"', '\\' -> escape;
            default -> throw new IllegalStateException("escape " + escape);
        };
    }
}
