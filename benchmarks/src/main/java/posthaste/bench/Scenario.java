package posthaste.bench;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import posthaste.bench.load.LoadShape;

/**
 * A load with a name, so that figures of different days mean the same thing.
 *
 * @param name as on the command line and in every result
 * @param shape how messages are offered
 * @param contentBytes octets of each message, header included
 */
record Scenario(String name, LoadShape shape, int contentBytes) {
    /** Destinations of measured mail end in this. */
    static final String SUFFIX = "load.test";

    private static final int KIB = 1024;
    private static final int SESSIONS = 50;

    /** What {@code --scenario} knows, in the order of {@code all}. */
    static final List<Scenario> PRESETS = List.of(
            new Scenario("reuse", closed(SESSIONS, 0, false), KIB),
            new Scenario("pipelined", closed(SESSIONS, 0, true), KIB),
            new Scenario("new-connections", closed(SESSIONS, 1, false), KIB),
            new Scenario("10k", closed(SESSIONS, 0, false), 10 * KIB),
            new Scenario("100k", closed(SESSIONS, 0, false), 100 * KIB),
            new Scenario("one-session", closed(1, 0, false), KIB),
            new Scenario("paced-300", open(300), KIB),
            new Scenario("offered-2000", open(2_000), KIB));

    private static LoadShape closed(int connections, int messagesPerConnection, boolean pipelining) {
        return new LoadShape(connections, messagesPerConnection, pipelining, 1, 1, SUFFIX, 0);
    }

    private static LoadShape open(double rate) {
        return new LoadShape(SESSIONS, 0, false, 1, 1, SUFFIX, rate);
    }

    /** @throws IllegalArgumentException for a name that is no preset and not {@code all} */
    static List<Scenario> named(String name) {
        if (name.equals("all")) return PRESETS;
        List<Scenario> found =
                PRESETS.stream().filter(each -> each.name.equals(name)).toList();
        if (found.isEmpty()) {
            throw new IllegalArgumentException("no scenario " + name + "; there are all, "
                    + String.join(", ", PRESETS.stream().map(Scenario::name).toList()));
        }
        return found;
    }

    /** One line for people. */
    String description() {
        String reuse = shape.messagesPerConnection() == 0
                ? "connections kept"
                : shape.messagesPerConnection() + " message(s) per connection";
        String pace = shape.ratePerSecond() == 0
                ? "closed loop"
                : String.format(Locale.ROOT, "open loop, %,.0f/s offered", shape.ratePerSecond());
        return shape.connections() + " clients, " + reuse + (shape.pipelining() ? ", pipelining" : "") + ", "
                + contentBytes + " octets, " + shape.recipients() + " recipient(s), " + shape.domains()
                + " destination(s), " + pace;
    }

    /** The same for machines. */
    Map<String, Object> toMap() {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("name", name);
        map.put("description", description());
        map.put("connections", shape.connections());
        map.put("messagesPerConnection", shape.messagesPerConnection());
        map.put("pipelining", shape.pipelining());
        map.put("contentBytes", contentBytes);
        map.put("recipients", shape.recipients());
        map.put("domains", shape.domains());
        map.put("offeredPerSecond", shape.ratePerSecond());
        return map;
    }
}
