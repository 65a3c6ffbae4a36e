package posthaste.server.auth;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Optional;
import javax.crypto.Mac;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.PBEKeySpec;
import javax.crypto.spec.SecretKeySpec;

/** The functions that SCRAM is made of, by hash (RFC 5802 §2.2, RFC 7677). Every JVM has both. */
public enum ScramHash {
    SHA_1("SCRAM-SHA-1", "SHA-1", "HmacSHA1", "PBKDF2WithHmacSHA1", 20),
    SHA_256("SCRAM-SHA-256", "SHA-256", "HmacSHA256", "PBKDF2WithHmacSHA256", 32);

    private static final byte[] CLIENT_KEY = "Client Key".getBytes(UTF_8);
    private static final byte[] SERVER_KEY = "Server Key".getBytes(UTF_8);

    private final String mechanism;
    private final String digest;
    private final String mac;
    private final String derivation;
    private final int octets;

    ScramHash(String mechanism, String digest, String mac, String derivation, int octets) {
        this.mechanism = mechanism;
        this.digest = digest;
        this.mac = mac;
        this.derivation = derivation;
        this.octets = octets;
    }

    /** Also the scheme of passwords that are kept for it. */
    public String mechanism() {
        return mechanism;
    }

    /** The one whose mechanism has this name. */
    public static Optional<ScramHash> of(String mechanism) {
        for (ScramHash hash : values()) if (hash.mechanism.equals(mechanism)) return Optional.of(hash);
        return Optional.empty();
    }

    /** How many a hash, a key and a proof have. */
    int octets() {
        return octets;
    }

    byte[] hash(byte[] data) {
        try {
            return MessageDigest.getInstance(digest).digest(data);
        } catch (GeneralSecurityException missing) {
            throw new IllegalStateException("this JVM lacks " + digest, missing);
        }
    }

    byte[] hmac(byte[] key, byte[] data) {
        try {
            Mac function = Mac.getInstance(mac);
            function.init(new SecretKeySpec(key, mac));
            return function.doFinal(data);
        } catch (GeneralSecurityException missing) {
            throw new IllegalStateException("this JVM lacks " + mac, missing);
        }
    }

    /** Hi() of RFC 5802: the one step that is made to be slow. Blocks a core for its iterations. */
    byte[] saltedPassword(String password, byte[] salt, int iterations) {
        var key = new PBEKeySpec(password.toCharArray(), salt, iterations, octets * Byte.SIZE);
        try {
            return SecretKeyFactory.getInstance(derivation).generateSecret(key).getEncoded();
        } catch (GeneralSecurityException missing) {
            throw new IllegalStateException("this JVM lacks " + derivation, missing);
        } finally {
            key.clearPassword();
        }
    }

    byte[] clientKey(byte[] saltedPassword) {
        return hmac(saltedPassword, CLIENT_KEY);
    }

    byte[] serverKey(byte[] saltedPassword) {
        return hmac(saltedPassword, SERVER_KEY);
    }
}
