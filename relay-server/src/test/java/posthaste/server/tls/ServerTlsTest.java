package posthaste.server.tls;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.UnpooledByteBufAllocator;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import posthaste.server.auth.ChannelBinding;

class ServerTlsTest {
    @TempDir
    Path directory;

    private static ChannelBinding binding(ServerTls tls) throws GeneralSecurityException {
        var session = SSLContext.getDefault().createSSLEngine().getSession();
        return tls.begin(UnpooledByteBufAllocator.DEFAULT)
                .facts(session)
                .serverEndPoint()
                .orElseThrow();
    }

    @Test
    void noHandshakeHashesACertificateAnew() throws Exception {
        var authority = new TestAuthority();
        TlsConfig.KeyPair files = authority.write(directory, authority.issue("relay.test"));
        var tls = ServerTls.read(
                new TlsConfig(Optional.of(files), List.of(), true, false, Optional.empty(), TlsConfig.Engine.JDK));

        ChannelBinding first = binding(tls);

        assertThat(binding(tls)).isSameAs(first);
        authority.write(files, authority.issue("relay.test"));
        tls.reload();
        assertThat(binding(tls)).isNotSameAs(first);
    }
}
