package posthaste.server.smtp;

import java.net.InetSocketAddress;
import posthaste.server.policy.TrustedNetworks;

/**
 * One {@code [[listener]]}.
 *
 * @param bind address and port, resolved; port 0 takes any free one
 * @param lineEnds what becomes of line ends that are none
 * @param tls when it speaks TLS
 * @param auth whether its clients log in
 * @param plaintextAuth whether AUTH is offered without TLS too: passwords can be read on the way
 * @param proxies balancers that begin each connection with a PROXY header; where there are any nobody else may connect
 */
public record ListenerConfig(
        InetSocketAddress bind,
        LineEnds lineEnds,
        TlsMode tls,
        AuthMode auth,
        boolean plaintextAuth,
        TrustedNetworks proxies) {

    public ListenerConfig(InetSocketAddress bind) {
        this(bind, LineEnds.STRICT);
    }

    public ListenerConfig(InetSocketAddress bind, LineEnds lineEnds) {
        this(bind, lineEnds, TlsMode.OPTIONAL, AuthMode.OPTIONAL, false);
    }

    public ListenerConfig(
            InetSocketAddress bind, LineEnds lineEnds, TlsMode tls, AuthMode auth, boolean plaintextAuth) {
        this(bind, lineEnds, tls, auth, plaintextAuth, TrustedNetworks.NONE);
    }

    public ListenerConfig {
        if (bind.isUnresolved()) throw new IllegalArgumentException("bind must be an address, not a name");
    }
}
