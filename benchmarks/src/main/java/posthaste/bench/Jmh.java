package posthaste.bench;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * Runs the benchmarks of the parts:
 *
 * <pre>
 *   java -cp 'benchmarks/target/classes:benchmarks/target/lib/*' posthaste.bench.Jmh [regex] [JMH options]
 * </pre>
 *
 * Results go to the terminal and, as JSON, to {@value #RESULT} unless {@code -rff} names another file. {@code -h} lists
 * JMH's options, {@code -l} the benchmarks; {@code -prof gc} adds octets allocated per operation.
 */
public final class Jmh {
    private static final String RESULT = "jmh.json";

    private Jmh() {}

    /** @param args those of JMH */
    public static void main(String[] args) throws IOException {
        List<String> all = new ArrayList<>(List.of(args));
        if (!all.contains("-rff")) all.addAll(List.of("-rff", RESULT));
        if (!all.contains("-rf")) all.addAll(List.of("-rf", "json"));
        org.openjdk.jmh.Main.main(all.toArray(String[]::new));
    }
}
