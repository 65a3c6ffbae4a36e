package posthaste.queue.rocksdb;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static posthaste.queue.Mails.noise;
import static posthaste.queue.rocksdb.QueueFixture.DIRECT;
import static posthaste.queue.rocksdb.QueueFixture.accept;
import static posthaste.queue.rocksdb.QueueFixture.await;
import static posthaste.queue.rocksdb.QueueFixture.deferred;
import static posthaste.queue.rocksdb.QueueFixture.delivered;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.rocksdb.ColumnFamilyDescriptor;
import org.rocksdb.ColumnFamilyHandle;
import org.rocksdb.LiveFileMetaData;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import posthaste.queue.Delivery;
import posthaste.queue.Recorder;

class SingleDeleteTest {
    @TempDir
    Path directory;

    @Test
    void mailThatLeavesBeforeAFlushNeverReachesATable() throws RocksDBException {
        try (RocksMailQueue queue = RocksMailQueueTest.openIn(directory)) {
            Recorder told = new Recorder();
            queue.start(told, 1000);
            for (int i = 0; i < 200; i++) {
                accept(queue, noise(i % 20 == 0 ? 300_000 : 1_000, i), "a@one.example", "b@two.example");
                List<Delivery> parts = told.nextDeliveries(2);
                await(queue.settle(deferred(parts.get(0), 5_000 + i), DIRECT));
                await(queue.settle(delivered(parts.get(1)), DIRECT));
                await(queue.settle(delivered(told.nextDelivery()), DIRECT));
            }
        }

        Map<String, Long> entries = entriesByFamily();
        for (Family family : Family.values()) {
            if (family.rewritten()) continue;
            // Removals in one memtable leave a marker key per family at most.
            assertThat(entries.getOrDefault(new String(family.nameBytes(), US_ASCII), 0L))
                    .as(family.name())
                    .isLessThanOrEqualTo(1);
        }
        assertThat(entries).containsKeys("event", "trace");
    }

    private Map<String, Long> entriesByFamily() throws RocksDBException {
        List<ColumnFamilyDescriptor> families = new ArrayList<>();
        for (Family family : Family.values()) families.add(new ColumnFamilyDescriptor(family.nameBytes()));
        List<ColumnFamilyHandle> handles = new ArrayList<>();
        Map<String, Long> entries = new HashMap<>();
        String path = directory.resolve("queue").toString();
        try (RocksDB db = RocksDB.openReadOnly(path, families, handles)) {
            for (LiveFileMetaData file : db.getLiveFilesMetaData()) {
                entries.merge(new String(file.columnFamilyName(), US_ASCII), file.numEntries(), Long::sum);
            }
            handles.forEach(ColumnFamilyHandle::close);
        }
        return entries;
    }
}
