package posthaste.delivery;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import posthaste.delivery.route.TlsPolicy;

/**
 * How connections to hosts are encrypted: what {@code [delivery]} and {@code [[tls-policy]]} say of it.
 *
 * @param usual towards every destination that no policy names
 * @param policies for some destinations, the first that matches holds; a route has its own
 * @param authorities PEM file of those who are believed where a certificate is verified; empty: those of the system
 */
public record TlsConfig(TlsPolicy usual, List<Named> policies, Optional<Path> authorities) {
    /** Encrypted where the host can, whatever its certificate. */
    public static final TlsConfig DEFAULT = new TlsConfig(TlsPolicy.OPPORTUNISTIC, List.of(), Optional.empty());

    public TlsConfig {
        policies = List.copyOf(policies);
    }

    /**
     * One {@code [[tls-policy]]}.
     *
     * @param match domains, as in {@link RouteConfig#match}
     * @param policy towards them
     */
    public record Named(List<String> match, TlsPolicy policy) {
        public Named {
            match = List.copyOf(match);
        }
    }
}
