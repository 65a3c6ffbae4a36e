package posthaste.queue.rocksdb;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.util.Locale;

/**
 * The key families of the database; docs/queue.md tells what each holds. Every key outside {@link #EVENT}, {@link
 * #TRACE} and {@link #STATE} is written once and removed once, by SingleDelete.
 */
enum Family {
    /** RocksDB wants it; nothing is stored in it. */
    DEFAULT,
    MESSAGE,
    BODY,
    RECEIVING,
    DELIVERY,
    PART,
    DONE,
    DEADLINE,
    EVENT,
    TRACE,
    STATE;

    byte[] nameBytes() {
        return name().toLowerCase(Locale.ROOT).getBytes(US_ASCII);
    }

    /** Whether its keys may be written more than once, and are then removed by Delete. */
    boolean rewritten() {
        return this == EVENT || this == TRACE || this == STATE;
    }
}
