package posthaste.server;

import java.util.List;

/** What came of reading a configuration. */
public sealed interface ConfigReading {

    /** What deserves a second look and stops nothing; in the order of the file. */
    List<ConfigProblem> warnings();

    /** It can be run. */
    record Usable(RelayConfig config, List<ConfigProblem> warnings) implements ConfigReading {}

    /**
     * It cannot.
     *
     * @param problems every one of them, in the order of the file; at least one
     */
    record Refused(List<ConfigProblem> problems, List<ConfigProblem> warnings) implements ConfigReading {}
}
