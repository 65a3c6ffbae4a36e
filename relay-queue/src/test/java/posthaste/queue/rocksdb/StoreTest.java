package posthaste.queue.rocksdb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.rocksdb.RocksDBException;
import org.rocksdb.WALRecoveryMode;
import posthaste.queue.QueueConfig;
import posthaste.queue.QueueException;

class StoreTest {
    @TempDir
    Path directory;

    private static Database open(Path directory, RocksTuning tuning) {
        try {
            return Database.open(directory, tuning, WALRecoveryMode.TolerateCorruptedTailRecords);
        } catch (RocksDBException failure) {
            throw new AssertionError(failure);
        }
    }

    @Test
    void readsFailAsLongAsTheDatabaseCannotBeOpenedAgainAndSayClosedOnlyAtTheEnd() {
        try (RocksTuning tuning = new RocksTuning(QueueConfig.defaults(directory))) {
            Store store = new Store(open(directory, tuning));
            QueueException refused = new QueueException.CannotOpen(Recovery.IO_ERROR, "the disk is gone");
            assertThatThrownBy(() -> store.reopen(() -> {
                        throw refused;
                    }))
                    .isSameAs(refused);

            assertThatThrownBy(() -> store.read(QueueState::read)).isInstanceOf(QueueException.Failed.class);
            assertThat(store.isOpen()).isFalse();

            store.reopen(() -> open(directory, tuning));
            assertThat(store.read(QueueState::read)).isEqualTo(QueueState.EMPTY);

            store.close();
            assertThatThrownBy(() -> store.read(QueueState::read)).isInstanceOf(QueueException.Closed.class);
        }
    }
}
