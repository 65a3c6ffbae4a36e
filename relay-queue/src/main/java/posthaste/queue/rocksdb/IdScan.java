package posthaste.queue.rocksdb;

import org.rocksdb.RocksDBException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A range read over a family whose keys are led by a number, that goes on behind what cannot be read: it looks for the
 * next number from which reading works, by doubling and halving. Owned by one thread.
 */
final class IdScan implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(IdScan.class);
    /** Each is a damaged block; with more the file is as good as gone. */
    private static final int JUMPS_MAX = 100_000;

    private final Scan scan;
    private final Family family;
    private long reached = -1;
    private int jumps;
    private boolean begun;
    private byte[] key = {};
    private byte[] value = {};

    IdScan(Database database, Family family) {
        this.family = family;
        scan = database.scan(family, Keys.ofLong(0), Keys.ofLong(Long.MAX_VALUE));
    }

    /** Goes on to the next entry; false at the end. */
    boolean next() {
        while (true) {
            try {
                if (begun) scan.next();
                begun = true;
                if (!scan.valid()) return false;
                key = scan.key();
                value = scan.value();
                reached = Keys.longAt(key, 0);
                return true;
            } catch (RocksDBException damage) {
                LOG.debug("{} behind {}: {}", family, reached, damage.getMessage());
                if (!jump()) return false;
                begun = false;
            }
        }
    }

    byte[] key() {
        return key;
    }

    byte[] value() {
        return value;
    }

    /** How many times something had to be left out. */
    int jumps() {
        return jumps;
    }

    /** Leaves the scan on the first entry behind the damage. */
    private boolean jump() {
        if (++jumps > JUMPS_MAX) return false;
        long damaged = reached;
        long good = damaged + 1;
        for (long step = 1; !readable(good); step *= 2) {
            if (good == Long.MAX_VALUE) return false;
            damaged = good;
            good = step < Long.MAX_VALUE - damaged && step > 0 ? damaged + step : Long.MAX_VALUE;
        }
        while (good - damaged > 1) {
            long middle = damaged + (good - damaged) / 2;
            if (readable(middle)) {
                good = middle;
            } else {
                damaged = middle;
            }
        }
        reached = good - 1;
        return readable(good);
    }

    private boolean readable(long from) {
        try {
            scan.seek(Keys.ofLong(from));
            scan.valid();
            return true;
        } catch (RocksDBException damage) {
            return false;
        }
    }

    @Override
    public void close() {
        scan.close();
    }
}
