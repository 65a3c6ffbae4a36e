package posthaste.queue.rocksdb;

import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.OptionalLong;
import java.util.zip.CRC32C;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The number of the last synced commit, kept outside the database: {@code committed} in the data directory. It is
 * written after the sync and before the answers, and never forced, so it is exact after kill -9 and at most too low
 * after a power cut. A database that knows of fewer commits has lost some that were answered: a log whose end is gone
 * looks to the library like one that was torn while it was written.
 *
 * <p>Eight octets, little-endian: the number (48 bits) above the lower half of its CRC32C (16 bits). One writer, the
 * committer thread.
 */
final class CommitWitness {
    private static final Logger LOG = LoggerFactory.getLogger(CommitWitness.class);
    private static final VarHandle LONGS = MethodHandles.byteBufferViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final int SUM_BITS = 16;

    private final MappedByteBuffer value;
    private final Path file;

    private CommitWitness(MappedByteBuffer value, Path file) {
        this.value = value;
        this.file = file;
    }

    static CommitWitness open(Path file) throws IOException {
        try (FileChannel channel =
                FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            return new CommitWitness(channel.map(FileChannel.MapMode.READ_WRITE, 0, Long.BYTES), file);
        }
    }

    /** The last commit that was answered; 0 when nothing is known, which a file that means nothing is as good as. */
    long group() {
        long stored = (long) LONGS.getAcquire(value, 0);
        long group = stored >>> SUM_BITS;
        if (stored == 0 || stored == summed(group)) return group;
        LOG.warn("{} means nothing and is written anew: whether the last commits are there cannot be told", file);
        return 0;
    }

    /** Commit {@code group} is synced. */
    void note(long group) {
        LONGS.setRelease(value, 0, summed(group));
    }

    /** Reads the witness of another directory without touching it; empty when it is missing or means nothing. */
    static OptionalLong read(Path file) {
        try {
            byte[] bytes = Files.readAllBytes(file);
            if (bytes.length < Long.BYTES) return OptionalLong.empty();
            long stored = Long.reverseBytes(Keys.longAt(bytes, 0));
            long group = stored >>> SUM_BITS;
            return stored == summed(group) ? OptionalLong.of(group) : OptionalLong.empty();
        } catch (IOException missing) {
            return OptionalLong.empty();
        }
    }

    private static long summed(long group) {
        CRC32C sum = new CRC32C();
        sum.update(Keys.ofLong(group), 0, Long.BYTES);
        return (group << SUM_BITS) | (sum.getValue() & 0xffff);
    }
}
