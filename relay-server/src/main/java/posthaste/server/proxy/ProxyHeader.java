package posthaste.server.proxy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.DecoderException;
import io.netty.handler.codec.haproxy.HAProxyMessage;
import io.netty.handler.codec.haproxy.HAProxyMessageDecoder;
import io.netty.handler.codec.haproxy.HAProxyProtocolException;
import io.netty.util.NetUtil;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.Optional;

/**
 * Waits in front of a pipeline for a PROXY header, tells who the client is and goes; what came behind the header goes on
 * to the others. Netty's decoder reads what a header says; before that it is looked for here, so that what is none is
 * known at its first octets, no more than a bounded number of them is kept, and a checksum counts. Lives on one event loop.
 */
public final class ProxyHeader extends HAProxyMessageDecoder {
    private static final String NAME = "proxy";
    private static final String READER = "proxy-reader";

    /** Who is told, once. */
    public interface Receiver {
        /**
         * The header has come.
         *
         * @param client for whom the balancer speaks; empty where that is itself, or nobody it knows (LOCAL, UNKNOWN)
         */
        void proxied(Optional<InetAddress> client);

        /**
         * What came is none, and the connection good for nothing.
         *
         * @param reason for a log; holds nothing of what came
         */
        void notProxied(String reason);
    }

    private byte[] seen = {};
    private boolean over;

    private ProxyHeader() {}

    /** Puts itself in front: the first octets that come belong to a header. */
    public static void expect(ChannelPipeline pipeline, Receiver receiver) {
        pipeline.addFirst(READER, new Reader(receiver));
        pipeline.addFirst(NAME, new ProxyHeader());
    }

    /** Puts {@code handler} in front, but behind a header that is being read. */
    public static void addBehind(ChannelPipeline pipeline, String name, ChannelHandler handler) {
        if (pipeline.get(READER) == null) pipeline.addFirst(name, handler);
        else pipeline.addAfter(READER, name, handler);
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object octets) throws Exception {
        take((ByteBuf) octets);
        if (over) return;
        Optional<String> problem = ProxyFrame.problem(seen, seen.length);
        int end = problem.isPresent() || seen.length == 0 ? 0 : ProxyFrame.end(seen, seen.length);
        if (end > 0) problem = ProxyFrame.flaw(seen, end);
        if (problem.isPresent()) {
            over = true;
            context.fireExceptionCaught(new HAProxyProtocolException(problem.get()));
        } else if (end > 0) {
            over = true;
            super.channelRead(context, Unpooled.wrappedBuffer(seen));
        }
    }

    private void take(ByteBuf octets) {
        try {
            if (over) return;
            byte[] all = Arrays.copyOf(seen, seen.length + octets.readableBytes());
            octets.getBytes(octets.readerIndex(), all, seen.length, octets.readableBytes());
            seen = all;
        } finally {
            octets.release();
        }
    }

    /** Takes what the decoder has read, once: what is left behind a bad header is decoded again when the channel closes. */
    private static final class Reader extends ChannelInboundHandlerAdapter {
        private final Receiver receiver;
        private boolean told;

        Reader(Receiver receiver) {
            this.receiver = receiver;
        }

        @Override
        public void channelRead(ChannelHandlerContext context, Object read) {
            var header = (HAProxyMessage) read;
            Optional<InetAddress> client;
            try {
                client = client(header);
            } finally {
                header.release();
            }
            if (told) return;
            told = true;
            receiver.proxied(client);
            context.pipeline().remove(this);
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
            if (!(cause instanceof DecoderException)) {
                context.fireExceptionCaught(cause);
                return;
            }
            if (told) return;
            told = true;
            boolean ours = cause.getClass() == HAProxyProtocolException.class && cause.getCause() == null;
            receiver.notProxied(ours ? String.valueOf(cause.getMessage()) : ProxyFrame.MALFORMED);
        }
    }

    private static Optional<InetAddress> client(HAProxyMessage header) {
        return switch (header.proxiedProtocol()) {
            case TCP4, TCP6 -> Optional.of(address(header.sourceAddress()));
            case UNKNOWN, UDP4, UDP6, UNIX_STREAM, UNIX_DGRAM -> Optional.empty();
        };
    }

    private static InetAddress address(String text) {
        try {
            return InetAddress.getByAddress(NetUtil.createByteArrayFromIpAddressString(text));
        } catch (UnknownHostException impossible) {
            throw new IllegalStateException("the decoder let " + text + " pass", impossible);
        }
    }
}
