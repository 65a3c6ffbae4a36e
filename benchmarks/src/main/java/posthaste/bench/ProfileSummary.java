package posthaste.bench;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordedFrame;
import jdk.jfr.consumer.RecordedStackTrace;
import jdk.jfr.consumer.RecordingFile;
import posthaste.bench.report.TextTable;

/**
 * The methods on top of the sampled stacks of a flight recording. Samples of Java code count CPU time; samples in native
 * methods mostly wait in a system call, so the two are listed apart. What the kernel and RocksDB's own threads do is in
 * neither.
 */
final class ProfileSummary {
    private static final int SHOWN = 12;

    private ProfileSummary() {}

    /** Text for people; reads the whole recording. */
    static String of(Path recording) throws IOException {
        Map<String, Integer> java = new HashMap<>();
        Map<String, Integer> inNative = new HashMap<>();
        try (RecordingFile file = new RecordingFile(recording)) {
            while (file.hasMoreEvents()) {
                RecordedEvent event = file.readEvent();
                String type = event.getEventType().getName();
                if (type.equals("jdk.ExecutionSample")) count(event, java);
                if (type.equals("jdk.NativeMethodSample")) count(event, inNative);
            }
        }
        return top("running Java", java) + top("in native methods, mostly waiting", inNative);
    }

    private static void count(RecordedEvent event, Map<String, Integer> samples) {
        RecordedStackTrace stack = event.getStackTrace();
        if (stack == null || stack.getFrames().isEmpty()) return;
        RecordedFrame frame = stack.getFrames().get(0);
        samples.merge(
                frame.getMethod().getType().getName() + "." + frame.getMethod().getName(), 1, Integer::sum);
    }

    private static String top(String title, Map<String, Integer> samples) {
        int all = samples.values().stream().mapToInt(Integer::intValue).sum();
        TextTable table = new TextTable(title, "% of " + all + " samples");
        List<Map.Entry<String, Integer>> sorted = new ArrayList<>(samples.entrySet());
        sorted.sort(Map.Entry.<String, Integer>comparingByValue().reversed());
        for (Map.Entry<String, Integer> entry : sorted.subList(0, Math.min(SHOWN, sorted.size()))) {
            table.row(List.of(entry.getKey(), String.format(Locale.ROOT, "%.1f", 100.0 * entry.getValue() / all)));
        }
        return table + "\n";
    }
}
