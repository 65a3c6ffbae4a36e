package posthaste.queue.rocksdb;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import java.util.zip.CRC32C;
import posthaste.queue.QueueException;

/**
 * Reads what is readable in the write-ahead logs of a database that is not open, past any damage: the library's own way past it
 * (SkipAny) joins the fragments of two records around a damaged block and then gives up. Used once, by one thread.
 *
 * <p>A log is a row of blocks of 32 KiB; a block holds fragments with a header of 7 octets: masked CRC32C of type and
 * content (4), length (2), type (1), little-endian. A record is one fragment (1), or a first (2), middle (3) and last (4)
 * one. Other types carry no batches. A batch of ours ends in the put of {@link QueueState}.
 */
final class LogScan {
    private static final int BLOCK = 32 * 1024;
    private static final int HEADER = 7;
    private static final int FULL = 1;
    private static final int FIRST = 2;
    private static final int LAST = 4;
    private static final int BATCH_HEADER = 12;
    private static final int MASK_DELTA = 0xa282ead8;
    /** A key with its length in front, as a batch has it. */
    private static final byte[] STATE_KEY = "\u0005queue".getBytes(US_ASCII);

    private final ByteArrayOutputStream record = new ByteArrayOutputStream();
    private boolean inRecord;
    private long answered;
    private long lastGroup;
    /** Sequence number of the next entry behind the last readable record; 0 when there was none. */
    private long next;
    /** The first batch of the current log does not follow the last one of the log before. */
    private boolean gap;

    private boolean first;

    private LogScan() {}

    /** The highest answered group that any readable batch in the logs of {@code directory} notes; 0 when none does. */
    static long answered(Path directory) throws IOException {
        LogScan scan = new LogScan();
        for (Path log : logs(directory)) scan.log(log);
        return scan.answered;
    }

    private static List<Path> logs(Path directory) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.filter(file -> file.toString().endsWith(".log"))
                    .sorted()
                    .toList();
        }
    }

    /**
     * The logs that a power cut left without what stood before them: the end of one log is lost, the next one is there, and
     * no batch in it or behind was written when a group later than those before the gap was answered. Nobody relies on
     * them, and what they build on is missing. The library would read them all the same.
     */
    static List<Path> unfounded(Path directory) throws IOException {
        List<Path> logs = logs(directory);
        LogScan scan = new LogScan();
        int from = logs.size();
        long groupBefore = 0;
        for (int i = 0; i < logs.size(); i++) {
            long group = scan.lastGroup;
            scan.log(logs.get(i));
            if (scan.gap && from == logs.size()) {
                from = i;
                groupBefore = group;
            }
        }
        return scan.answered > groupBefore ? List.of() : logs.subList(from, logs.size());
    }

    private void log(Path log) throws IOException {
        inRecord = false;
        first = true;
        gap = false;
        try (InputStream in = Files.newInputStream(log)) {
            byte[] block = in.readNBytes(BLOCK);
            while (block.length > 0) {
                block(block);
                block = in.readNBytes(BLOCK);
            }
        }
    }

    /** Behind a damaged fragment nothing in its block is sure: its length may be what is damaged. */
    private void block(byte[] octets) {
        ByteBuffer block = ByteBuffer.wrap(octets).order(ByteOrder.LITTLE_ENDIAN);
        while (block.remaining() >= HEADER) {
            int sum = block.getInt();
            int length = block.getShort() & 0xffff;
            int type = block.get();
            if (length > block.remaining() || sum != sumOf(type, octets, block.position(), length)) {
                inRecord = false;
                return;
            }
            byte[] content = new byte[length];
            block.get(content);
            fragment(type, content);
        }
    }

    private static int sumOf(int type, byte[] octets, int offset, int length) {
        CRC32C sum = new CRC32C();
        sum.update(type);
        sum.update(octets, offset, length);
        int plain = (int) sum.getValue();
        return (plain >>> 15 | plain << 17) + MASK_DELTA;
    }

    private void fragment(int type, byte[] content) {
        if (type == FULL || type == FIRST) {
            record.reset();
            inRecord = true;
        }
        if (!inRecord || type < FULL || type > LAST) return;
        record.writeBytes(content);
        if (type == FULL || type == LAST) {
            inRecord = false;
            batch(record.toByteArray());
        }
    }

    /** A batch begins with the sequence number of its first entry (8) and their count (4). */
    private void batch(byte[] batch) {
        if (batch.length < BATCH_HEADER) return;
        ByteBuffer header = ByteBuffer.wrap(batch).order(ByteOrder.LITTLE_ENDIAN);
        long sequence = header.getLong();
        gap |= first && next != 0 && sequence > next;
        first = false;
        next = sequence + header.getInt();
        Optional<QueueState> state = stateOf(batch);
        if (state.isEmpty()) return;
        answered = Math.max(answered, state.get().answered());
        lastGroup = state.get().group();
    }

    /** The last put of the batch, which ends with it; empty where it is none of ours. */
    private static Optional<QueueState> stateOf(byte[] batch) {
        for (int at = batch.length - STATE_KEY.length - 1; at >= 0; at--) {
            int valueAt = at + STATE_KEY.length;
            if (!Arrays.equals(batch, at, valueAt, STATE_KEY, 0, STATE_KEY.length)) continue;
            if (batch[valueAt] != batch.length - valueAt - 1) return Optional.empty(); // its length is one octet
            try {
                return Optional.of(QueueState.decode(Arrays.copyOfRange(batch, valueAt + 1, batch.length)));
            } catch (QueueException.Corrupt foreign) {
                return Optional.empty();
            }
        }
        return Optional.empty();
    }
}
