package posthaste.queue.rocksdb;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import posthaste.queue.PriorityClass;
import posthaste.queue.Recipient;

/** The recipients of one message that share a destination and a class. Fixed at acceptance and never split. */
final class Part {
    /** As many as two octets of a key can tell apart. */
    static final int PARTS_MAX = 0x10000;

    final String destination;
    /** Whether its recipients are held; all are, or none is. */
    final boolean held;
    /** Indexes into the recipients of the envelope, growing. */
    final int[] recipients;

    /** What recipients of one part have in common. */
    private record Common(String destination, boolean held) {}

    Part(String destination, boolean held, int[] recipients) {
        this.destination = destination;
        this.held = held;
        this.recipients = recipients;
    }

    /** One part per destination and class, in the order of their first recipients. */
    static List<Part> of(List<Recipient> recipients) {
        if (recipients.size() == 1) {
            Recipient only = recipients.get(0);
            return List.of(new Part(only.mailbox().destination(), only.held(), new int[] {0}));
        }
        Map<Common, List<Integer>> byCommon = new LinkedHashMap<>();
        for (int i = 0; i < recipients.size(); i++) {
            Recipient recipient = recipients.get(i);
            var common = new Common(recipient.mailbox().destination(), recipient.held());
            byCommon.computeIfAbsent(common, first -> new ArrayList<>()).add(i);
        }
        if (byCommon.size() > PARTS_MAX) throw new IllegalArgumentException("too many destinations");
        List<Part> parts = new ArrayList<>(byCommon.size());
        byCommon.forEach((common, indexes) -> parts.add(new Part(
                common.destination,
                common.held,
                indexes.stream().mapToInt(Integer::intValue).toArray())));
        return parts;
    }

    /** The class of its deliveries in a message of class {@code ofMessage}. */
    PriorityClass priority(PriorityClass ofMessage) {
        return held ? PriorityClass.HELD : ofMessage;
    }

    List<Recipient> recipientsOf(List<Recipient> all) {
        if (recipients.length == all.size()) return all;
        List<Recipient> mine = new ArrayList<>(recipients.length);
        for (int index : recipients) mine.add(all.get(index));
        return List.copyOf(mine);
    }
}
