package posthaste.server;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import posthaste.queue.QueueException;

/** The life of the process that serves: from the configuration to the exit code. */
public final class Serving {
    private static final Logger LOG = LoggerFactory.getLogger(Serving.class);

    private Serving() {}

    /**
     * Serves until a signal or the queue ends it. Blocks.
     *
     * @return the exit code when it stopped in order
     * @throws CannotStart with the sentence for the operator when it did not start, or could not go on
     */
    public static int run(RelayConfig config, List<ConfigProblem> warnings, Logging logging) throws CannotStart {
        Failures.watch();
        var stopping = new Stopping(code -> Runtime.getRuntime().halt(code));
        stopping.listen();
        LOG.info(
                "posthaste {} on Java {}: hostname {}, data in {}",
                Version.current(),
                Runtime.version(),
                config.hostname(),
                config.queue().directory().toAbsolutePath().normalize());
        warnings.forEach(warning -> LOG.warn("{}", warning));
        Relay relay = Relay.start(config, logging, why -> stopping.failed(brokenBy(why)));
        Signals.handle("HUP", () -> {
            LOG.info(
                    "SIGHUP: certificates, users and aliases are read again; the rest of the configuration is read at start only");
            relay.reload();
        });
        Optional<CannotStart> failure = stopping.await();
        stopWithin(relay, failure.isEmpty() ? config.limits().drainTimeout() : Duration.ZERO);
        if (failure.isPresent()) throw failure.get();
        LOG.info("stopped");
        return ExitCode.OK;
    }

    private static CannotStart brokenBy(QueueException why) {
        if (why instanceof QueueException.Corrupt) {
            return new CannotStart(ExitCode.DAMAGED, "the queue cannot go on: " + why.getMessage());
        }
        return new CannotStart(
                ExitCode.IO_ERROR,
                "the queue cannot go on: " + why.getMessage()
                        + "; no accepted mail is lost: check the disk and start the relay again");
    }

    /** Nothing that hangs keeps the process: what was answered 250 is on disk. */
    private static void stopWithin(Relay relay, Duration drain) throws CannotStart {
        Thread stop = new Thread(() -> relay.stop(drain), "stop");
        stop.setDaemon(true);
        stop.start();
        Duration limit = drain.plus(Relay.CLOSE_MAX.multipliedBy(2));
        try {
            stop.join(limit.toMillis());
        } catch (InterruptedException ended) {
            Thread.currentThread().interrupt();
        }
        if (!stop.isAlive()) return;
        throw new CannotStart(
                ExitCode.IO_ERROR,
                "the relay did not stop within %s and is ended; no accepted mail is lost: check the disk"
                        .formatted(Durations.format(limit)));
    }
}
