package posthaste.server.tls;

import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.ssl.SniHandler;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.Mapping;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;

/** One handshake, on the server's side. Lives on the event loop of its connection. */
public final class Handshake {
    /** From the first octet to the last of it. */
    static final Duration TIME_MAX = Duration.ofSeconds(30);

    private final Map<SslContext, Shown> shown;
    private final Optional<Authorities> authorities;
    private final ChannelHandler handler;
    private SslContext chosen;

    Handshake(
            Mapping<String, SslContext> byName,
            Map<SslContext, Shown> shown,
            Optional<Authorities> authorities,
            boolean named,
            ByteBufAllocator allocator) {
        this.shown = shown;
        this.authorities = authorities;
        chosen = byName.map("");
        handler = named ? new ByName(byName) : timed(chosen.newHandler(allocator));
    }

    private static SslHandler timed(SslHandler tls) {
        tls.setHandshakeTimeoutMillis(TIME_MAX.toMillis());
        return tls;
    }

    /** What belongs in front of the pipeline of the connection, and makes it TLS. */
    public ChannelHandler handler() {
        return handler;
    }

    /** Waits for the name that the client asks for (RFC 6066 §3). */
    private final class ByName extends SniHandler {
        ByName(Mapping<String, SslContext> byName) {
            super(name -> byName.map(name == null ? "" : name), 0, TIME_MAX.toMillis());
        }

        @Override
        protected void replaceHandler(ChannelHandlerContext context, String name, SslContext found) throws Exception {
            chosen = found;
            super.replaceHandler(context, name, found);
        }

        @Override
        protected SslHandler newSslHandler(SslContext context, ByteBufAllocator allocator) {
            return timed(super.newSslHandler(context, allocator));
        }
    }

    /** What it came to, once it is over. */
    public TlsFacts facts(SSLSession session) {
        return new TlsFacts(session, Objects.requireNonNull(shown.get(chosen)), client(session));
    }

    private Optional<ClientCertificate> client(SSLSession session) {
        Certificate[] chain;
        try {
            chain = session.getPeerCertificates();
        } catch (SSLPeerUnverifiedException none) {
            return Optional.empty();
        }
        X509Certificate[] certificates = new X509Certificate[chain.length];
        for (int i = 0; i < chain.length; i++) certificates[i] = (X509Certificate) chain[i];
        boolean believed = authorities.isPresent() && authorities.get().believe(certificates);
        return Optional.of(ClientCertificate.of(certificates[0], believed));
    }
}
