package posthaste.bench;

import java.net.InetSocketAddress;
import java.util.OptionalDouble;
import java.util.OptionalLong;

/**
 * No relay: the generator sends straight to the sink.
 *
 * @param smtp the sink
 */
record Direct(InetSocketAddress smtp) implements Contender {

    @Override
    public ProcessUsage usage() {
        return ProcessUsage.NONE;
    }

    @Override
    public OptionalLong syncs() {
        return OptionalLong.empty();
    }

    @Override
    public OptionalDouble syncsByDesign() {
        return OptionalDouble.empty();
    }

    @Override
    public OptionalLong heapAfterFullCollection() {
        return OptionalLong.empty();
    }

    @Override
    public String program() {
        return "generator to sink, no relay";
    }

    @Override
    public void close() {
        // The sink belongs to whoever opened it.
    }
}
