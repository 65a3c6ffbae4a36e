package posthaste.delivery.dns;

import io.netty.channel.AddressedEnvelope;
import io.netty.channel.ChannelFactory;
import io.netty.channel.EventLoop;
import io.netty.channel.socket.SocketChannel;
import io.netty.handler.codec.DecoderException;
import io.netty.handler.codec.dns.AbstractDnsOptPseudoRrRecord;
import io.netty.handler.codec.dns.DefaultDnsQuestion;
import io.netty.handler.codec.dns.DnsRecord;
import io.netty.handler.codec.dns.DnsRecordType;
import io.netty.handler.codec.dns.DnsResponse;
import io.netty.resolver.dns.DnsNameResolver;
import io.netty.resolver.dns.DnsNameResolverBuilder;
import io.netty.resolver.dns.DnsNameResolverChannelStrategy;
import io.netty.resolver.dns.DnsNameResolverTimeoutException;
import io.netty.resolver.dns.NoopAuthoritativeDnsServerCache;
import io.netty.resolver.dns.NoopDnsCache;
import io.netty.resolver.dns.NoopDnsCnameCache;
import io.netty.resolver.dns.SingletonDnsServerAddressStreamProvider;
import io.netty.util.concurrent.Promise;
import io.netty.util.concurrent.ScheduledFuture;
import io.vertx.core.spi.transport.Transport;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;

/**
 * One question to one resolver: over UDP from a random port, over TCP where that is truncated or lost. Belongs to one
 * event loop; may be constructed elsewhere.
 *
 * <p>Of Netty's resolver only {@link DnsNameResolver#query} is used, which neither caches, follows, retries nor judges.
 */
final class DnsWire {
    /** What crosses every network in one piece (DNS flag day 2020). */
    private static final int UDP_PAYLOAD_BYTES = 1232;

    /** More than is announced, so that a server which exceeds it is read all the same. */
    private static final int UDP_BUFFER_BYTES = 4096;

    private static final List<DnsRecord> EDNS = List.of(new Edns());

    private final EventLoop loop;
    private final DnsNameResolver resolver;
    private final long timeoutMillis;

    /** @param timeout for UDP and TCP together; TCP follows when half of it has passed */
    DnsWire(EventLoop loop, Transport transport, InetSocketAddress anyServer, Duration timeout) {
        this.loop = loop;
        this.timeoutMillis = Math.max(1, timeout.toMillis());
        ChannelFactory<? extends io.netty.channel.Channel> tcp = transport.channelFactory(false);
        this.resolver = new DnsNameResolverBuilder(loop)
                .datagramChannelFactory(transport.datagramChannelFactory())
                .datagramChannelStrategy(DnsNameResolverChannelStrategy.ChannelPerResolution)
                .socketChannelFactory(() -> (SocketChannel) tcp.newChannel(), true)
                .queryTimeoutMillis(Math.max(1, timeoutMillis / 2))
                .maxPayloadSize(UDP_BUFFER_BYTES)
                .optResourceEnabled(false)
                .consolidateCacheSize(0)
                .resolveCache(NoopDnsCache.INSTANCE)
                .cnameCache(NoopDnsCnameCache.INSTANCE)
                .authoritativeDnsServerCache(NoopAuthoritativeDnsServerCache.INSTANCE)
                // Never consulted by query(); without it Netty would parse the system's files.
                .nameServerProvider(new SingletonDnsServerAddressStreamProvider(anyServer))
                .build();
    }

    /**
     * Call on the loop; {@code then} is called there, once, within the time-out.
     *
     * @param edns false for a server that does not understand it
     */
    void ask(InetSocketAddress server, DnsQuestion question, boolean edns, Consumer<DnsReply> then) {
        Promise<AddressedEnvelope<? extends DnsResponse, InetSocketAddress>> promise = loop.newPromise();
        ScheduledFuture<?> deadline =
                loop.schedule(() -> promise.tryFailure(new TimeoutException()), timeoutMillis, TimeUnit.MILLISECONDS);
        var wireQuestion = new DefaultDnsQuestion(
                question.name() + ".", DnsRecordType.valueOf(question.type().code()));
        resolver.query(server, wireQuestion, edns ? EDNS : List.of(), promise).addListener(done -> {
            deadline.cancel(false);
            then.accept(promise.isSuccess() ? read(question, promise.getNow()) : failure(promise.cause()));
        });
    }

    private static DnsReply read(
            DnsQuestion question, AddressedEnvelope<? extends DnsResponse, InetSocketAddress> packet) {
        try {
            return ReplyReader.read(question, packet.content());
        } catch (DecoderException | IndexOutOfBoundsException | IllegalArgumentException malformed) {
            return new DnsReply.Unusable("a malformed answer", DnsReply.Cause.OTHER);
        } finally {
            packet.release();
        }
    }

    private DnsReply failure(Throwable cause) {
        boolean silent = cause instanceof TimeoutException || cause instanceof DnsNameResolverTimeoutException;
        if (silent) return new DnsReply.Unusable("no answer in " + timeoutMillis + " ms", DnsReply.Cause.SILENCE);
        // Without the message: it holds what a peer may have chosen.
        return new DnsReply.Unusable("cannot be asked: " + cause.getClass().getSimpleName(), DnsReply.Cause.SILENCE);
    }

    /** Announces how much we take over UDP (RFC 6891 §6.1.2). */
    private static final class Edns extends AbstractDnsOptPseudoRrRecord {
        Edns() {
            super(UDP_PAYLOAD_BYTES, 0, 0);
        }
    }
}
