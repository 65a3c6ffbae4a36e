package posthaste.queue.rocksdb;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import posthaste.queue.Recipient;

/** The recipients of one message that share a destination. Fixed at acceptance and never split. */
final class Part {
    /** As many as two octets of a key can tell apart. */
    static final int PARTS_MAX = 0x10000;

    final String destination;
    /** Indexes into the recipients of the envelope, growing. */
    final int[] recipients;

    Part(String destination, int[] recipients) {
        this.destination = destination;
        this.recipients = recipients;
    }

    /** One part per destination, in the order of their first recipients. */
    static List<Part> of(List<Recipient> recipients) {
        if (recipients.size() == 1) {
            return List.of(new Part(recipients.get(0).mailbox().destination(), new int[] {0}));
        }
        Map<String, List<Integer>> byDestination = new LinkedHashMap<>();
        for (int i = 0; i < recipients.size(); i++) {
            byDestination
                    .computeIfAbsent(recipients.get(i).mailbox().destination(), name -> new ArrayList<>())
                    .add(i);
        }
        if (byDestination.size() > PARTS_MAX) throw new IllegalArgumentException("too many destinations");
        List<Part> parts = new ArrayList<>(byDestination.size());
        byDestination.forEach((name, indexes) -> parts.add(
                new Part(name, indexes.stream().mapToInt(Integer::intValue).toArray())));
        return parts;
    }

    List<Recipient> recipientsOf(List<Recipient> all) {
        if (recipients.length == all.size()) return all;
        List<Recipient> mine = new ArrayList<>(recipients.length);
        for (int index : recipients) mine.add(all.get(index));
        return List.copyOf(mine);
    }
}
