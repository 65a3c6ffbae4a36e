package posthaste.queue.rocksdb;

import static org.assertj.core.api.Assertions.assertThat;
import static posthaste.queue.Mails.noise;
import static posthaste.queue.rocksdb.QueueFixture.DIRECT;
import static posthaste.queue.rocksdb.QueueFixture.accept;
import static posthaste.queue.rocksdb.QueueFixture.await;
import static posthaste.queue.rocksdb.QueueFixture.delivered;

import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.file.Path;
import java.time.InstantSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import posthaste.queue.QueueConfig;
import posthaste.queue.QueueMetrics;
import posthaste.queue.Recorder;

class MetersTest {
    @TempDir
    Path directory;

    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();

    private double valueOf(String name) {
        Meter meter = registry.get("posthaste.queue." + name).meter();
        return meter.measure().iterator().next().getValue();
    }

    @Test
    void theMetersTellWhatHappenedAndOutliveTheQueue() {
        try (RocksMailQueue queue = RocksMailQueue.open(
                QueueConfig.defaults(directory), new QueueMetrics(registry), InstantSource.system())) {
            Recorder told = new Recorder();
            queue.start(told, 1000);
            accept(queue, noise(1000, 1), "alice@example.com");
            accept(queue, noise(1000, 1), "alice@example.com");
            await(queue.settle(delivered(told.nextDelivery()), DIRECT));

            assertThat(valueOf("accepted")).isEqualTo(2);
            assertThat(valueOf("settled")).isEqualTo(1);
            assertThat(valueOf("messages")).isEqualTo(1);
            assertThat(valueOf("body.bytes")).isEqualTo(1000);
            assertThat(valueOf("synced.groups")).isGreaterThanOrEqualTo(2);
            assertThat(valueOf("commit")).isGreaterThanOrEqualTo(3);
            assertThat(valueOf("log.bytes")).isPositive();
            assertThat(valueOf("memtable.bytes")).isPositive();
            assertThat(valueOf("write.stopped")).isZero();
        }
        for (Meter meter : registry.getMeters()) {
            assertThat(meter.measure()).isNotEmpty();
        }
    }
}
