package posthaste.queue.rocksdb;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalLong;
import java.util.zip.CRC32C;
import org.rocksdb.Options;
import org.rocksdb.RocksDBException;
import org.rocksdb.SstFileReader;
import org.rocksdb.TableProperties;
import posthaste.queue.SalvageListener;

/**
 * Writes MANIFEST and CURRENT anew from the tables and blob files that are there. Every table becomes one of level 0,
 * where ranges may overlap. Which sequence numbers a table holds cannot be asked, so range reads, which go by those of
 * the entries, are exact, and reads of single keys only for keys that were never removed. Every log is replayed onto them, which
 * changes nothing where a table has it already. The format is that of RocksDB's VersionEdit in its log format (blocks
 * of 32 KiB, records of CRC, length and kind).
 */
final class RebuiltManifest {
    private static final int COMPARATOR = 1;
    private static final int LOG_NUMBER = 2;
    private static final int NEXT_FILE = 3;
    private static final int LAST_SEQUENCE = 4;
    private static final int NEW_FILE = 103;
    private static final int NEW_FILE_END = 1;
    private static final int NEW_FILE_OLDEST_BLOBS = 4;
    private static final int FAMILY = 200;
    private static final int FAMILY_ADD = 201;
    private static final int FAMILY_MAX = 203;
    private static final int BLOB_FILE = 400;
    private static final int BLOB_FILE_END = 0;

    private static final String BYTEWISE = "leveldb.BytewiseComparator";
    /** Above every sequence number that a queue reaches, so that every entry is seen. */
    private static final long SEQUENCE_MAX = 1L << 48;
    /** Kind of value in the last octet of an internal key: the largest, for seeks. */
    private static final int KIND_SEEK = 0x16;

    private static final int KEY_BYTES_MAX = 1024;
    private static final long BLOBS_ASSUMED = 1L << 30;
    private static final int BLOCK = 32 * 1024;
    private static final int HEADER = 7;
    private static final int CRC_DELTA = 0xa282ead8;

    private final Path directory;
    private final SalvageListener told;
    private final ByteArrayOutputStream log = new ByteArrayOutputStream();
    private long highestFile = 1;

    RebuiltManifest(Path directory, SalvageListener told) {
        this.directory = directory;
        this.told = told;
    }

    private record Table(long number, long bytes, int family) {}

    void write() throws IOException {
        List<Table> tables = new ArrayList<>();
        List<Path> blobs = new ArrayList<>();
        for (Path file : DatabaseImage.dataFiles(directory)) {
            String name = DatabaseImage.nameOf(file);
            if (name.startsWith("MANIFEST-") || name.startsWith("OPTIONS-") || name.equals("CURRENT")) {
                highestFile = Math.max(highestFile, numberOf(name.substring(name.indexOf('-') + 1)));
                Files.delete(file);
                continue;
            }
            highestFile = Math.max(highestFile, numberOf(name));
            if (name.endsWith(".sst")) readTable(file, tables);
            if (name.endsWith(".blob")) blobs.add(file);
        }
        append(beginning());
        for (Family family : Family.values()) {
            if (family != Family.DEFAULT) append(added(family));
        }
        for (Path blob : blobs) append(addedBlob(blob)); // before the tables, which are linked to them
        OptionalLong oldestBlobs = blobs.stream()
                .mapToLong(blob -> numberOf(DatabaseImage.nameOf(blob)))
                .min();
        for (Table table : tables) append(added(table, oldestBlobs));
        String name = "MANIFEST-%06d".formatted(highestFile + 1);
        Files.write(directory.resolve(name), log.toByteArray());
        Files.writeString(directory.resolve("CURRENT"), name + "\n", US_ASCII);
    }

    /** The place of a family: in this order they were created. */
    private static int numberOf(Family family) {
        return List.of(Family.values()).indexOf(family);
    }

    private static long numberOf(String name) {
        String digits = name.replaceAll("\\D.*", "");
        return digits.isEmpty() || digits.length() > 18 ? 0 : Long.parseLong(digits);
    }

    /** A table without a readable end says neither what it holds nor where. */
    private void readTable(Path file, List<Table> tables) throws IOException {
        try (Options options = new Options();
                SstFileReader reader = new SstFileReader(options)) {
            reader.open(file.toString());
            TableProperties properties = reader.getTableProperties();
            long number = numberOf(DatabaseImage.nameOf(file));
            tables.add(new Table(number, Files.size(file), (int) properties.getColumnFamilyId()));
        } catch (RocksDBException unreadable) {
            Files.delete(file);
            told.note("what " + DatabaseImage.nameOf(file) + " holds cannot be read: " + unreadable.getMessage());
        }
    }

    private ByteWriter beginning() {
        return new ByteWriter(64)
                .varint(COMPARATOR)
                .text(BYTEWISE)
                .varint(LOG_NUMBER)
                .varint(0)
                .varint(NEXT_FILE)
                .varint(highestFile + 2)
                .varint(LAST_SEQUENCE)
                .varint(SEQUENCE_MAX)
                .varint(FAMILY_MAX)
                .varint(Family.values().length - 1);
    }

    private static ByteWriter added(Family family) {
        return new ByteWriter(64)
                .varint(FAMILY)
                .varint(numberOf(family))
                .varint(FAMILY_ADD)
                .text(new String(family.nameBytes(), US_ASCII))
                .varint(COMPARATOR)
                .text(BYTEWISE)
                .varint(LOG_NUMBER)
                .varint(0);
    }

    private static ByteWriter added(Table table, OptionalLong oldestBlobs) {
        ByteWriter edit = new ByteWriter(2 * KEY_BYTES_MAX);
        if (table.family > 0) edit.varint(FAMILY).varint(table.family);
        edit.varint(NEW_FILE).varint(0).varint(table.number).varint(table.bytes);
        putKey(edit, new byte[0], SEQUENCE_MAX);
        byte[] last = new byte[KEY_BYTES_MAX];
        Arrays.fill(last, (byte) 0xff);
        putKey(edit, last, 0);
        edit.varint(0).varint(table.number); // the library sorts by them: the younger the file, the newer
        if (table.family == numberOf(Family.BODY) && oldestBlobs.isPresent()) {
            putOldestBlobs(edit, oldestBlobs.getAsLong());
        }
        return edit.varint(NEW_FILE_END);
    }

    /** Blob files that are older than all that tables name are taken for left-overs. */
    private static void putOldestBlobs(ByteWriter edit, long oldest) {
        byte[] number = new ByteWriter(Long.BYTES).varint(oldest).toArray();
        edit.varint(NEW_FILE_OLDEST_BLOBS).varint(number.length);
        for (byte octet : number) edit.octet(octet);
    }

    /** An internal key: the key, then sequence and kind in eight octets, little-endian. */
    private static void putKey(ByteWriter edit, byte[] key, long sequence) {
        edit.varint(key.length + Long.BYTES);
        for (byte octet : key) edit.octet(octet);
        edit.fixed64(Long.reverseBytes(sequence << 8 | KIND_SEEK));
    }

    private static ByteWriter addedBlob(Path file) throws IOException {
        return new ByteWriter(64)
                .varint(FAMILY)
                .varint(numberOf(Family.BODY))
                .varint(BLOB_FILE)
                .varint(numberOf(DatabaseImage.nameOf(file)))
                .varint(BLOBS_ASSUMED)
                .varint(Files.size(file))
                .text("")
                .text("")
                .varint(BLOB_FILE_END);
    }

    private void append(ByteWriter edit) {
        byte[] record = edit.toArray();
        int from = 0;
        do {
            int room = BLOCK - log.size() % BLOCK;
            if (room < HEADER) {
                log.writeBytes(new byte[room]);
                continue;
            }
            int length = Math.min(record.length - from, room - HEADER);
            boolean last = from + length == record.length;
            int kind = from == 0 ? (last ? 1 : 2) : (last ? 4 : 3);
            append(record, from, length, kind);
            from += length;
        } while (from < record.length);
    }

    private void append(byte[] record, int from, int length, int kind) {
        CRC32C sum = new CRC32C();
        sum.update(kind);
        sum.update(record, from, length);
        int crc = Integer.rotateRight((int) sum.getValue(), 15) + CRC_DELTA;
        for (int i = 0; i < Integer.BYTES; i++) log.write(crc >>> (8 * i));
        log.write(length);
        log.write(length >>> 8);
        log.write(kind);
        log.write(record, from, length);
    }
}
