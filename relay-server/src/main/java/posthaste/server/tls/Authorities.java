package posthaste.server.tls;

import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.cert.CertPathValidator;
import java.security.cert.CertificateFactory;
import java.security.cert.PKIXParameters;
import java.security.cert.TrustAnchor;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/** Whom the operator believes when they say who a client is (RFC 5280 §6). Immutable. */
final class Authorities {
    /** A client sends its chain; a longer one is not looked at. */
    private static final int CHAIN_MAX = 10;

    private static final String CLIENT_AUTH = "1.3.6.1.5.5.7.3.2";
    private static final String ANY_USE = "2.5.29.37.0";

    private final Set<TrustAnchor> anchors;

    private Authorities(Set<TrustAnchor> anchors) {
        this.anchors = anchors;
    }

    /** Blocks. */
    static Authorities read(Path file) throws TlsProblem {
        return new Authorities(Credentials.certificates(file).stream()
                .map(each -> new TrustAnchor(each, null))
                .collect(Collectors.toUnmodifiableSet()));
    }

    /**
     * Whether the first of {@code chain} was signed by one of them for a client, and is valid now. It is judged whatever
     * it is: what follows may be left out, the one that names the client never, or a client could put one of its own
     * making in front of any that was signed.
     */
    boolean believe(X509Certificate... chain) {
        if (chain.length > CHAIN_MAX || !isForClients(chain[0])) return false;
        try {
            var parameters = new PKIXParameters(anchors);
            parameters.setRevocationEnabled(false);
            CertPathValidator.getInstance("PKIX")
                    .validate(CertificateFactory.getInstance("X.509").generateCertPath(path(chain)), parameters);
            return true;
        } catch (GeneralSecurityException unknown) {
            return false;
        }
    }

    /** Roots that clients send along belong to no path. */
    private static List<X509Certificate> path(X509Certificate... chain) {
        List<X509Certificate> path = new ArrayList<>(Arrays.asList(chain));
        path.subList(1, path.size())
                .removeIf(each -> each.getSubjectX500Principal().equals(each.getIssuerX500Principal()));
        return path;
    }

    private static boolean isForClients(X509Certificate certificate) {
        try {
            List<String> uses = certificate.getExtendedKeyUsage();
            return uses == null || uses.contains(CLIENT_AUTH) || uses.contains(ANY_USE);
        } catch (GeneralSecurityException unreadable) {
            return false;
        }
    }
}
