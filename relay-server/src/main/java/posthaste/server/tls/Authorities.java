package posthaste.server.tls;

import java.io.ByteArrayInputStream;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.cert.CertPathValidator;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.cert.PKIXParameters;
import java.security.cert.TrustAnchor;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
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
     * The first of {@code chain} as it was judged, where one of them signed it for a client and it is valid now. It is
     * judged whatever it is: what follows may be left out, the one that names the client never, or a client could put one
     * of its own making in front of any that was signed. Everything is read anew here: an engine may have looked at
     * nothing but the key.
     */
    Optional<X509Certificate> judge(Certificate... chain) {
        if (chain.length > CHAIN_MAX) return Optional.empty();
        try {
            CertificateFactory reader = CertificateFactory.getInstance("X.509");
            List<X509Certificate> certificates = new ArrayList<>();
            for (Certificate each : chain) certificates.add(read(reader, each));
            X509Certificate client = certificates.get(0);
            if (!isForClients(client)) return Optional.empty();
            var parameters = new PKIXParameters(anchors);
            parameters.setRevocationEnabled(false);
            CertPathValidator.getInstance("PKIX")
                    .validate(reader.generateCertPath(withoutRoots(certificates)), parameters);
            return Optional.of(client);
        } catch (GeneralSecurityException unknown) {
            return Optional.empty();
        }
    }

    private static X509Certificate read(CertificateFactory reader, Certificate certificate)
            throws GeneralSecurityException {
        return (X509Certificate) reader.generateCertificate(new ByteArrayInputStream(certificate.getEncoded()));
    }

    /** Roots that clients send along belong to no path. */
    private static List<X509Certificate> withoutRoots(List<X509Certificate> chain) {
        List<X509Certificate> path = new ArrayList<>(chain);
        path.subList(1, path.size())
                .removeIf(each -> each.getSubjectX500Principal().equals(each.getIssuerX500Principal()));
        return path;
    }

    private static boolean isForClients(X509Certificate certificate) throws GeneralSecurityException {
        List<String> uses = certificate.getExtendedKeyUsage();
        return uses == null || uses.contains(CLIENT_AUTH) || uses.contains(ANY_USE);
    }
}
