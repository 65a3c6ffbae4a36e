package posthaste.server.tls;

import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.cert.Certificate;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * The certificate that a client showed in its handshake; it has proved to hold the key.
 *
 * @param fingerprint SHA-256 of the certificate, 64 hexadecimal digits in lower case
 * @param names its DNS and mail names in lower case, where an authority of the operator's signed it; else none
 */
public record ClientCertificate(String fingerprint, List<String> names) {
    private static final int MAIL_NAME = 1;
    private static final int DNS_NAME = 2;
    private static final int NAMES_MAX = 100;

    public ClientCertificate {
        names = List.copyOf(names);
    }

    /** @param believed the same as an authority of the operator's signed it */
    static ClientCertificate of(Certificate shown, Optional<X509Certificate> believed) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(shown.getEncoded());
            List<String> names = believed.map(ClientCertificate::namesIn).orElse(List.of());
            return new ClientCertificate(HexFormat.of().formatHex(digest), names);
        } catch (GeneralSecurityException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    private static List<String> namesIn(X509Certificate certificate) {
        try {
            var alternatives = certificate.getSubjectAlternativeNames();
            return alternatives == null ? List.of() : readable(alternatives);
        } catch (CertificateParsingException none) {
            return List.of();
        }
    }

    private static List<String> readable(Collection<List<?>> alternatives) {
        List<String> names = new ArrayList<>();
        for (List<?> each : alternatives) {
            boolean readable = each.get(0) instanceof Integer kind && (kind == MAIL_NAME || kind == DNS_NAME);
            if (readable && names.size() < NAMES_MAX)
                names.add(each.get(1).toString().toLowerCase(Locale.ROOT));
        }
        return names;
    }
}
