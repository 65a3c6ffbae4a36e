package posthaste.server.filter;

import io.netty.channel.EventLoop;
import io.vertx.core.Vertx;
import io.vertx.core.internal.ContextInternal;
import io.vertx.core.net.NetClient;
import io.vertx.core.net.NetClientOptions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;
import posthaste.server.smtp.ContentFilters;
import posthaste.server.smtp.ScreenedMessage;
import posthaste.server.smtp.Screening;

/** The content filters of the configuration, each a program that speaks the milter protocol. Thread-safe. */
public final class Milters implements ContentFilters {
    private final String hostname;
    private final List<Filter> filters;
    private final FilterMetrics metrics;
    private final LongSupplier nanos;
    /** At most one per event loop of the process: the filters in their order, as that loop uses them. */
    private final Map<EventLoop, List<FilterLoop>> loops = new ConcurrentHashMap<>();

    private record Filter(FilterConfig config, NetClient client) {}

    public Milters(Vertx vertx, List<FilterConfig> filters, String hostname, FilterMetrics metrics) {
        this(vertx, filters, hostname, metrics, System::nanoTime);
    }

    /** @param nanos monotonic time in nanoseconds, by which all time-outs but that of connecting are judged */
    public Milters(
            Vertx vertx, List<FilterConfig> filters, String hostname, FilterMetrics metrics, LongSupplier nanos) {
        this.hostname = hostname;
        this.metrics = metrics;
        this.nanos = nanos;
        this.filters = filters.stream()
                .map(each -> new Filter(each, client(vertx, each)))
                .toList();
    }

    private static NetClient client(Vertx vertx, FilterConfig config) {
        var options =
                new NetClientOptions().setConnectTimeout((int) config.timeout().toMillis());
        return vertx.createNetClient(options);
    }

    @Override
    public boolean isEmpty() {
        return filters.isEmpty();
    }

    @Override
    public Screening begin(ScreenedMessage message, ContextInternal loop) {
        List<FilterLoop> mine = loops.computeIfAbsent(loop.nettyEventLoop(), first -> filtersOf(loop));
        return new MilterScreening(loop, metrics, nanos, listener -> {
            var dialogues = new ArrayList<FilterDialogue>(mine.size());
            for (FilterLoop each : mine) dialogues.add(new FilterDialogue(each, hostname, message, listener));
            return dialogues;
        });
    }

    private List<FilterLoop> filtersOf(ContextInternal loop) {
        return filters.stream()
                .map(each -> new FilterLoop(loop, each.client(), each.config(), metrics, nanos))
                .toList();
    }
}
