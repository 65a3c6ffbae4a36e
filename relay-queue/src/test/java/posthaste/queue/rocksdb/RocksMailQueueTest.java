package posthaste.queue.rocksdb;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.file.Path;
import java.time.InstantSource;
import posthaste.queue.MailQueue;
import posthaste.queue.MailQueueContract;
import posthaste.queue.QueueConfig;
import posthaste.queue.QueueMetrics;

class RocksMailQueueTest extends MailQueueContract {

    static RocksMailQueue openIn(Path directory) {
        return openWith(QueueConfig.defaults(directory));
    }

    static RocksMailQueue openWith(QueueConfig config) {
        return RocksMailQueue.open(config, new QueueMetrics(new SimpleMeterRegistry()), InstantSource.system());
    }

    @Override
    protected MailQueue open(Path directory) {
        return openIn(directory);
    }
}
