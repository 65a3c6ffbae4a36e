package posthaste.delivery.dns;

import io.netty.channel.EventLoop;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.internal.ContextInternal;
import io.vertx.core.internal.VertxInternal;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import posthaste.delivery.DnsConfig;
import posthaste.delivery.dns.AnswerCache.Cached;

/**
 * Asks resolvers through Netty's resolver on the caller's event loop. Cache and the list of questions under way are
 * shared by all loops: whoever asks first asks for everyone. The number of questions under way is bounded per loop
 * ({@link ResolverLoop}).
 */
public final class NettyMailDns implements MailDns {
    /** More resolvers would only add time-outs. */
    private static final int SERVERS_MAX = 4;

    /** No further name of a CNAME chain is asked for after this time. */
    private static final Duration CHAIN_TIME_MAX = Duration.ofSeconds(30);

    private final VertxInternal vertx;
    private final List<ResolverLoop> loops;
    private final AnswerCache cache;
    private final InstantSource clock;
    private final DnsMetrics metrics;
    private final ConcurrentMap<DnsQuestion, Future<Cached>> underWay = new ConcurrentHashMap<>();

    /**
     * Reads the system's list of resolvers where none is configured, so construct it off the event loops.
     *
     * @param vertx whose event loops ask
     * @param config resolvers, of which the first four are asked, and the time-out for each
     * @param clock for times to live; should be monotonic
     * @param metrics counts what happens
     * @throws IllegalArgumentException for a resolver that is given by name
     */
    public NettyMailDns(Vertx vertx, DnsConfig config, InstantSource clock, DnsMetrics metrics) {
        this.vertx = (VertxInternal) vertx;
        this.metrics = metrics;
        this.clock = clock;
        this.cache = new AnswerCache(clock);
        this.loops = loops(config);
    }

    private List<ResolverLoop> loops(DnsConfig config) {
        List<InetSocketAddress> named =
                config.servers().isEmpty() ? SystemResolvers.read(SystemResolvers.FILE) : config.servers();
        List<InetSocketAddress> servers = named.stream().limit(SERVERS_MAX).toList();
        for (InetSocketAddress each : servers) {
            if (each.isUnresolved()) throw new IllegalArgumentException("a resolver needs an IP address: " + each);
        }
        var built = new ArrayList<ResolverLoop>();
        for (var executor : vertx.nettyEventLoopGroup()) {
            var loop = (EventLoop) executor;
            var wire = new DnsWire(loop, vertx.transport(), servers.get(0), config.timeout());
            built.add(new ResolverLoop(loop, wire, servers, clock, metrics));
        }
        return List.copyOf(built);
    }

    @Override
    public Future<DnsAnswer> query(String name, DnsType type) {
        ContextInternal context = vertx.getOrCreateContext();
        long untilMillis = clock.millis() + CHAIN_TIME_MAX.toMillis();
        return DomainNames.normalise(name)
                .map(asked -> follow(context, ChainWalk.from(asked, untilMillis), type))
                .orElseGet(() -> context.succeededFuture(new DnsAnswer.NoSuchName(Duration.ZERO)));
    }

    private Future<DnsAnswer> follow(ContextInternal context, ChainWalk walk, DnsType type) {
        // A CNAME may lead to what no host can be called: nothing is there then.
        if (DomainNames.normalise(walk.name()).isEmpty()) {
            return context.succeededFuture(new DnsAnswer.NoSuchName(Duration.ofMillis(walk.validForMillis())));
        }
        var question = new DnsQuestion(walk.name(), type);
        Optional<Cached> known = cache.fresh(question);
        if (known.isPresent()) {
            metrics.cached();
            return step(context, walk, type, known.get());
        }
        if (clock.millis() > walk.untilMillis()) {
            return context.succeededFuture(new DnsAnswer.Failed("following CNAME records takes too long"));
        }
        return fetch(context, question).compose(fetched -> step(context, walk, type, fetched));
    }

    private Future<DnsAnswer> step(ContextInternal context, ChainWalk walk, DnsType type, Cached cached) {
        if (cached.reply() instanceof DnsReply.Unusable failure) {
            return context.succeededFuture(new DnsAnswer.Failed(failure.reason()));
        }
        ChainWalk.Next next = walk.through((DnsReply.Usable) cached.reply(), cache.validForMillis(cached));
        if (next instanceof ChainWalk.Ask ask) return follow(context, ask.walk(), type);
        return context.succeededFuture(((ChainWalk.Done) next).answer());
    }

    /** Asks, or waits for whoever asks this already. */
    private Future<Cached> fetch(ContextInternal context, DnsQuestion question) {
        Promise<Cached> mine = context.promise();
        Future<Cached> others = underWay.putIfAbsent(question, mine.future());
        if (others != null) {
            // Its owner may be another loop: the answer is handed over to ours.
            others.onComplete(mine);
            return mine.future();
        }
        ResolverLoop loop = loopOf(context);
        loop.loop().execute(() -> loop.ask(question, reply -> finish(question, reply, mine)));
        return mine.future();
    }

    /** First the cache, then the list: whoever misses both asks again, and nobody waits for what is over. */
    private void finish(DnsQuestion question, DnsReply reply, Promise<Cached> waiting) {
        Cached cached = cache.keep(question, reply);
        if (reply instanceof DnsReply.Unusable && cached.reply() instanceof DnsReply.Usable) metrics.stale();
        underWay.remove(question);
        waiting.complete(cached);
    }

    private ResolverLoop loopOf(ContextInternal context) {
        EventLoop wanted = context.nettyEventLoop();
        for (ResolverLoop each : loops) {
            if (each.loop() == wanted) return each;
        }
        return loops.get(0);
    }
}
