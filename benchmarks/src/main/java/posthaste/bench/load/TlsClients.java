package posthaste.bench.load;

import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.handler.ssl.OpenSsl;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import java.io.IOException;
import java.nio.file.Path;
import javax.net.ssl.SSLException;

/**
 * Makes clients speak TLS at once. They believe one certificate, and know nothing of earlier sessions: each connection
 * costs a whole handshake. With the engine that costs the generator least.
 */
public final class TlsClients {
    private final SslContext context;

    private TlsClients(SslContext context) {
        this.context = context;
    }

    /** @param certificate PEM, of the relay itself */
    public static TlsClients believing(Path certificate) throws IOException {
        try {
            return new TlsClients(SslContextBuilder.forClient()
                    .sslProvider(OpenSsl.isAvailable() ? SslProvider.OPENSSL : SslProvider.JDK)
                    .trustManager(certificate.toFile())
                    .endpointIdentificationAlgorithm("")
                    .build());
        } catch (SSLException unusable) {
            throw new IOException(certificate + ": " + unusable.getMessage(), unusable);
        }
    }

    /** The connections of one client, which go through the same buffers one after the other. */
    Wire.Maker ofOneClient() {
        var buffers = new TlsBuffers();
        return channel -> new TlsWire(channel, context.newEngine(UnpooledByteBufAllocator.DEFAULT), buffers);
    }
}
