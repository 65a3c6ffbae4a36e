package posthaste.queue.rocksdb;

import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.zip.CRC32C;
import org.rocksdb.RocksDBException;
import posthaste.queue.QueueException;

/** Reads body chunks from disk and verifies them. Thread-safe. */
final class BodyReads {
    private final Readers readers;

    BodyReads(Readers readers) {
        this.readers = readers;
    }

    CompletionStage<byte[]> chunk(StoredMessage stored, int index, Executor owner) {
        return readers.read(owner, database -> read(database, stored, index));
    }

    static byte[] read(Database database, StoredMessage stored, int index) throws RocksDBException {
        byte[] chunk = database.get(Family.BODY, Keys.body(stored.id(), index))
                .orElseThrow(() -> corrupt(stored, index, "is missing"));
        if (sumOf(chunk) != stored.chunkSums[index]) throw corrupt(stored, index, "fails its checksum");
        return chunk;
    }

    static int sumOf(byte[] chunk) {
        CRC32C sum = new CRC32C();
        sum.update(chunk, 0, chunk.length);
        return (int) sum.getValue();
    }

    private static QueueException corrupt(StoredMessage stored, int index, String why) {
        return new QueueException.Corrupt("body of " + stored.id() + ": chunk " + index + " " + why);
    }
}
