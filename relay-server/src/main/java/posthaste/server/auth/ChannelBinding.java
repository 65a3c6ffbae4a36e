package posthaste.server.auth;

import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.cert.X509Certificate;
import java.util.Locale;
import java.util.Optional;

/** What ties a SASL exchange to the TLS connection it runs in, so that nobody between can pass it on (RFC 5056). Immutable. */
public final class ChannelBinding {
    /** RFC 5929 §4. */
    public static final String SERVER_END_POINT = "tls-server-end-point";
    /** RFC 9266. */
    public static final String EXPORTER = "tls-exporter";
    /** Of what TLS exports for it (RFC 9266 §2). */
    public static final int EXPORTER_OCTETS = 32;

    private final String type;
    private final byte[] data;

    private ChannelBinding(String type, byte[] data) {
        this.type = type;
        this.data = data;
    }

    /**
     * The hash of our certificate, by the hash function of its signature, SHA-256 for MD5 and SHA-1 (RFC 5929 §4.1).
     *
     * @return empty for signatures without one hash function, such as Ed25519, for which nothing is defined
     */
    public static Optional<ChannelBinding> serverEndPoint(X509Certificate certificate) {
        Optional<String> hash = hashOf(certificate.getSigAlgName().toUpperCase(Locale.ROOT));
        if (hash.isEmpty()) return Optional.empty();
        try {
            byte[] digest = MessageDigest.getInstance(hash.get()).digest(certificate.getEncoded());
            return Optional.of(new ChannelBinding(SERVER_END_POINT, digest));
        } catch (GeneralSecurityException unknown) {
            return Optional.empty();
        }
    }

    /** {@code SHA256WITHRSA}: the part before WITH, spelled as digests are. */
    private static Optional<String> hashOf(String signature) {
        int with = signature.indexOf("WITH");
        if (with < 0) return Optional.empty();
        return switch (signature.substring(0, with)) {
            case "MD5", "SHA1", "SHA256" -> Optional.of("SHA-256");
            case "SHA224" -> Optional.of("SHA-224");
            case "SHA384" -> Optional.of("SHA-384");
            case "SHA512" -> Optional.of("SHA-512");
            default -> Optional.empty();
        };
    }

    /** @param keyingMaterial {@link #EXPORTER_OCTETS} octets that TLS exports for it */
    public static ChannelBinding exporter(byte[] keyingMaterial) {
        if (keyingMaterial.length != EXPORTER_OCTETS) throw new IllegalArgumentException("not 32 octets");
        return new ChannelBinding(EXPORTER, keyingMaterial.clone());
    }

    /** Its registered name. */
    String type() {
        return type;
    }

    /** What both ends must have; not to be changed. */
    byte[] data() {
        return data;
    }
}
