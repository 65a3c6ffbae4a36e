package posthaste.queue.rocksdb;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.rocksdb.RocksDBException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import posthaste.queue.MessageId;

/**
 * Which messages are being received in chunks. Whatever else stands in the family {@code receiving} was refused, and
 * nobody removes it but {@link #removeSome}, once the disk works again. A message is in here from before its first chunk
 * is submitted until its acceptance or its removal was written or refused: one per session at most, however many are
 * refused while the disk fails.
 */
final class Receiving {
    private static final Logger LOG = LoggerFactory.getLogger(Receiving.class);
    /** So that new mail does not wait for the removal of old. A message goes whole, so it may be more. */
    static final int KEYS_PER_BATCH_MAX = 4096;

    private static final MessageId BEFORE_ALL = new MessageId(0);

    private final Set<MessageId> messages = ConcurrentHashMap.newKeySet();
    private volatile boolean leftovers;

    // Of the committer.
    private boolean removing;
    private MessageId reached = BEFORE_ALL;
    private int removed;

    /** Any thread. */
    void begun(MessageId id) {
        messages.add(id);
    }

    /** It was accepted, or is removed. Any thread. */
    void ended(MessageId id) {
        messages.remove(id);
    }

    /** It was refused, and chunks of it may be on disk. Any thread. */
    void abandoned(MessageId id) {
        if (messages.remove(id)) leftovers = true;
    }

    // Below: called by the committer.

    /** A write failed: what had been removed may be there again. */
    void uncertain() {
        leftovers = true;
        removing = false;
    }

    /** Whether there may be something to remove. */
    boolean hasLeftovers() {
        return leftovers || removing;
    }

    /** Adds the removal of some of what was refused to an empty batch. */
    void removeSome(Group group) throws RocksDBException {
        if (!removing) begin();
        try (Scan scan = group.database().scan(Family.RECEIVING, Keys.behind(reached), Keys.ofLong(Long.MAX_VALUE))) {
            for (; scan.valid(); scan.next()) {
                if (group.batch().count() >= KEYS_PER_BATCH_MAX) return;
                reached = Keys.messageAt(scan.key(), 0);
                if (messages.contains(reached)) continue;
                remove(reached, group);
                removed++;
            }
        }
        removing = false;
        if (removed > 0) LOG.info("removed what the disk had of {} messages that were refused", removed);
    }

    private void begin() {
        leftovers = false; // first: what comes from here on is looked for again
        removing = true;
        reached = BEFORE_ALL;
        removed = 0;
    }

    private static void remove(MessageId id, Group group) throws RocksDBException {
        try (Scan chunks = group.database().scan(Family.BODY, Keys.message(id), Keys.behind(id))) {
            for (; chunks.valid(); chunks.next()) group.remove(Family.BODY, chunks.key());
        }
        group.remove(Family.RECEIVING, Keys.message(id));
    }

    /** They cannot be read: the next start tries again. */
    void leaveThem(RocksDBException damage) {
        LOG.error(
                "what the disk has of messages that were refused stays until the next start: {}", damage.getMessage());
        removing = false;
    }
}
