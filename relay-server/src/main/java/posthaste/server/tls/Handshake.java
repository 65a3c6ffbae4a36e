package posthaste.server.tls;

import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.ssl.SniHandler;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.IllegalReferenceCountException;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;

/**
 * One handshake, on the server's side. Lives on the event loop of its connection. Who begins it sees to it that it ends
 * in time.
 */
public final class Handshake {
    /** From its beginning to its end, whatever it waits for meanwhile. */
    public static final Duration TIME_MAX = Duration.ofSeconds(30);

    /** Octets of a ClientHello, the size at which the JDK's engine stops too: real ones have a few thousand at most. */
    static final int CLIENT_HELLO_MAX = 32 * 1024;

    /** Netty would begin to count anew behind the name. */
    private static final long NO_TIME_OUT = 0;

    private final ServerTls tls;
    private final ChannelHandler handler;
    private ServerTls.Loaded from;
    private SslContext chosen;

    Handshake(ServerTls tls, ByteBufAllocator allocator) {
        this.tls = tls;
        from = tls.current();
        chosen = from.byName().map("");
        handler = from.named() ? new ByName() : untimed(chosen.newHandler(allocator));
    }

    /** Of the certificates of this moment. */
    private SslContext choose(Optional<String> name) {
        from = tls.current();
        chosen = from.byName().map(name.orElse(""));
        return chosen;
    }

    private static SslHandler untimed(SslHandler handler) {
        handler.setHandshakeTimeoutMillis(NO_TIME_OUT);
        return handler;
    }

    /** What belongs in front of the pipeline of the connection, and makes it TLS. */
    public ChannelHandler handler() {
        return handler;
    }

    /** Waits for the name that the client asks for (RFC 6066 §3); certificates may be read again meanwhile. */
    private final class ByName extends SniHandler {
        ByName() {
            super(name -> choose(Optional.ofNullable(name)), CLIENT_HELLO_MAX, NO_TIME_OUT);
        }

        @Override
        protected void replaceHandler(ChannelHandlerContext context, String name, SslContext found) throws Exception {
            try {
                super.replaceHandler(context, name, found);
            } catch (IllegalReferenceCountException replaced) {
                // They were read again between two lines of ours, and the new ones are there now.
                super.replaceHandler(context, name, choose(Optional.ofNullable(name)));
            }
        }
    }

    /** What it came to, once it is over. */
    public TlsFacts facts(SSLSession session) {
        return new TlsFacts(session, Objects.requireNonNull(from.shown().get(chosen)), client(session));
    }

    private Optional<ClientCertificate> client(SSLSession session) {
        try {
            Certificate[] chain = session.getPeerCertificates();
            Optional<X509Certificate> believed = from.authorities().flatMap(each -> each.judge(chain));
            return Optional.of(ClientCertificate.of(chain[0], believed));
        } catch (SSLPeerUnverifiedException none) {
            return Optional.empty();
        }
    }
}
