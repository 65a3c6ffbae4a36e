package posthaste.server.auth;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.cert.X509Certificate;
import java.util.Base64;
import java.util.UUID;
import javax.crypto.Mac;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.PBEKeySpec;
import javax.crypto.spec.SecretKeySpec;

/** The client's side of SCRAM-SHA-256 and its form with a binding, straight from RFC 5802 §3. */
public final class TestScramClient {
    private static final String NAME = "HmacSHA256";

    private final String password;
    private final String header;
    private final byte[] binding;
    private final String bare;
    private byte[] serverSignature = {};

    private TestScramClient(String user, String password, String header, byte[] binding) {
        this.password = password;
        this.header = header;
        this.binding = binding;
        bare = "n=" + user + ",r=" + UUID.randomUUID();
    }

    /** One that knows no binding. */
    public static TestScramClient unbound(String user, String password) {
        return new TestScramClient(user, password, "n,,", new byte[0]);
    }

    /** One that knows of bindings and was told that the server does not (RFC 5802 §6). */
    public static TestScramClient unaware(String user, String password) {
        return new TestScramClient(user, password, "y,,", new byte[0]);
    }

    /** One that was shown this certificate. */
    public static TestScramClient bound(String user, String password, X509Certificate shown) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(shown.getEncoded());
            return new TestScramClient(user, password, "p=tls-server-end-point,,", digest);
        } catch (GeneralSecurityException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    /** One that shares this keying material with the server (RFC 9266). */
    public static TestScramClient exporting(String user, String password, byte[] keyingMaterial) {
        return new TestScramClient(user, password, "p=tls-exporter,,", keyingMaterial);
    }

    /** In base64, as all that it says. */
    public String first() {
        return encoded((header + bare).getBytes(UTF_8));
    }

    /** @param challenge in base64 */
    public String last(String challenge) {
        String serverFirst = new String(Base64.getDecoder().decode(challenge), UTF_8);
        String nonce = attribute(serverFirst, 'r');
        byte[] salt = Base64.getDecoder().decode(attribute(serverFirst, 's'));
        int iterations = Integer.parseInt(attribute(serverFirst, 'i'));
        var channel = new ByteArrayOutputStream();
        channel.writeBytes(header.getBytes(UTF_8));
        channel.writeBytes(binding);
        String withoutProof = "c=" + encoded(channel.toByteArray()) + ",r=" + nonce;
        String all = bare + "," + serverFirst + "," + withoutProof;
        try {
            byte[] salted = SecretKeyFactory.getInstance("PBKDF2With" + NAME)
                    .generateSecret(new PBEKeySpec(password.toCharArray(), salt, iterations, 256))
                    .getEncoded();
            byte[] key = mac(salted, "Client Key");
            byte[] proof = mac(MessageDigest.getInstance("SHA-256").digest(key), all);
            for (int i = 0; i < proof.length; i++) proof[i] ^= key[i];
            serverSignature = mac(mac(salted, "Server Key"), all);
            return encoded((withoutProof + ",p=" + encoded(proof)).getBytes(UTF_8));
        } catch (GeneralSecurityException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    /** Whether the server has proved that it knows the user. */
    public boolean believes(String challenge) {
        return new String(Base64.getDecoder().decode(challenge), UTF_8).equals("v=" + encoded(serverSignature));
    }

    private static String attribute(String message, char name) {
        for (String each : message.split(",", -1)) if (each.startsWith(name + "=")) return each.substring(2);
        throw new AssertionError("no " + name + " in " + message);
    }

    private static byte[] mac(byte[] key, String text) throws GeneralSecurityException {
        Mac mac = Mac.getInstance(NAME);
        mac.init(new SecretKeySpec(key, NAME));
        return mac.doFinal(text.getBytes(UTF_8));
    }

    private static String encoded(byte[] octets) {
        return Base64.getEncoder().encodeToString(octets);
    }
}
