package posthaste.bench;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;

/**
 * What is measured: a relay, running, with an empty queue and the sink as its next hop; or the sink itself, which shows
 * what generator and sink reach without a relay. Started for one run and closed behind it.
 */
interface Contender extends AutoCloseable {

    /** Where it takes mail. */
    InetSocketAddress smtp();

    /** What its processes have used so far. */
    ProcessUsage usage();

    /** Syncs to disk so far, where it counts them. */
    OptionalLong syncs();

    /** Syncs per message that it makes by design, for one that does not count them. */
    OptionalDouble syncsByDesign();

    /** Octets of heap in use after a full collection, for one that has a heap and can be asked. */
    OptionalLong heapAfterFullCollection();

    /** What it holds at this moment; nothing for one that cannot be looked into. Any thread. */
    default Map<Vital, Double> vitals() {
        return Map.of();
    }

    /** Itself, for one that can be ended and started again. */
    default Optional<Restartable> restartable() {
        return Optional.empty();
    }

    /** What runs: program and version as far as it is known. */
    String program();

    /** Ends it and waits for its end. */
    @Override
    void close() throws IOException;

    /**
     * Where a contender sends mail.
     *
     * @param sink next hop of every destination
     * @param backlog next hop of destinations that end in {@link #BACKLOG_SUFFIX}, where a backlog is wanted
     */
    record Hops(InetSocketAddress sink, Optional<InetSocketAddress> backlog) {
        static final String BACKLOG_SUFFIX = "backlog.test";
    }

    /**
     * How it is started; what a contender does not know it leaves aside.
     *
     * @param javaOptions value of {@code JAVA_OPTS}
     * @param settings further lines of our configuration
     * @param keyPair for TLS from the first octet on; empty: none is spoken
     * @param recording file for a flight recording of the whole run
     */
    record Setup(String javaOptions, List<String> settings, Optional<KeyPair> keyPair, Optional<Path> recording) {}

    /** Who can be measured. */
    enum Kind {
        /** This relay, by its launcher. */
        POSTHASTE {
            @Override
            Contender start(Path directory, Hops hops, Setup setup) throws IOException, InterruptedException {
                return Posthaste.start(directory, hops, setup);
            }
        },
        /** Postfix as Debian ships it, tuned. */
        POSTFIX {
            @Override
            Contender start(Path directory, Hops hops, Setup setup) throws IOException, InterruptedException {
                return Postfix.start(directory, hops, setup.keyPair());
            }
        },
        /** No relay at all: the ceiling of generator and sink. */
        DIRECT {
            @Override
            Contender start(Path directory, Hops hops, Setup setup) {
                return new Direct(hops.sink());
            }
        };

        /** @param directory empty; everything that is written stays below it */
        abstract Contender start(Path directory, Hops hops, Setup setup) throws IOException, InterruptedException;

        String label() {
            return name().toLowerCase(Locale.ROOT);
        }
    }
}
