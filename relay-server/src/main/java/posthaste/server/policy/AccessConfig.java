package posthaste.server.policy;

import java.util.Set;

/**
 * The {@code [relay]} section: what clients may do, by where they come from.
 *
 * @param networks whose clients may relay
 * @param refusedNetworks whose clients are turned away by the greeting, whatever else holds
 * @param etrnNetworks whose clients may have what waits for a domain sent now (RFC 1985)
 * @param clientCertificates which clients may relay because of their certificate: fingerprints or names, in lower case
 * @param grants who may fetch the mail of which domains
 * @param xclientNetworks whose hosts may say for whom they speak, with XCLIENT and XFORWARD
 * @param verifyDomains whether RCPT asks the name system whether the domain of the recipient takes mail at all
 */
public record AccessConfig(
        TrustedNetworks networks,
        TrustedNetworks refusedNetworks,
        TrustedNetworks etrnNetworks,
        Set<String> clientCertificates,
        Grants grants,
        TrustedNetworks xclientNetworks,
        boolean verifyDomains) {

    /** Without hosts that speak for others. */
    public AccessConfig(
            TrustedNetworks networks,
            TrustedNetworks refusedNetworks,
            TrustedNetworks etrnNetworks,
            Set<String> clientCertificates,
            Grants grants,
            boolean verifyDomains) {
        this(networks, refusedNetworks, etrnNetworks, clientCertificates, grants, TrustedNetworks.NONE, verifyDomains);
    }

    public AccessConfig {
        clientCertificates = Set.copyOf(clientCertificates);
    }

    /** Relaying alone. */
    public static AccessConfig of(TrustedNetworks networks) {
        return new AccessConfig(networks, TrustedNetworks.NONE, TrustedNetworks.NONE, Set.of(), Grants.NONE, false);
    }
}
