package posthaste.server.tls;

import java.security.cert.X509Certificate;
import java.util.Optional;
import posthaste.server.auth.ChannelBinding;

/**
 * A certificate that clients are shown.
 *
 * @param certificate itself, without those behind it
 * @param binding to it, made once since it costs a hash; empty where nothing is defined for its signature
 */
record Shown(X509Certificate certificate, Optional<ChannelBinding> binding) {

    static Shown of(X509Certificate certificate) {
        return new Shown(certificate, ChannelBinding.serverEndPoint(certificate));
    }
}
