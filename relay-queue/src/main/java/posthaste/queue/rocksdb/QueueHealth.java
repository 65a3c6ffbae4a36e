package posthaste.queue.rocksdb;

import java.util.Optional;
import posthaste.queue.QueueException;

/** Why no message is taken now. Each cause has one writer; all are read by any thread. */
final class QueueHealth {
    private volatile Optional<QueueException> closing = Optional.empty();
    private volatile Optional<QueueException> fatal = Optional.empty();
    private volatile Optional<QueueException> writing = Optional.empty();
    private volatile Optional<QueueException> space = Optional.empty();

    void closing() {
        closing = Optional.of(new QueueException.Closed());
    }

    /** Nothing is ever written again. */
    void fatal(QueueException why) {
        fatal = Optional.of(why);
    }

    /** What the last write came to; empty when it went well. */
    void writing(Optional<QueueException> why) {
        writing = why;
    }

    /** Whether free space is below its reserve. */
    void space(Optional<QueueException> why) {
        space = why;
    }

    Optional<QueueException> fatal() {
        return fatal;
    }

    Optional<QueueException> space() {
        return space;
    }

    Optional<QueueException> refusal() {
        if (closing.isPresent()) return closing;
        if (fatal.isPresent()) return fatal;
        return writing.isPresent() ? writing : space;
    }
}
