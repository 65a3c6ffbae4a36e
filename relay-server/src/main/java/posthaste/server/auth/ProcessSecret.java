package posthaste.server.auth;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** A key that nobody outside this process knows, and that ends with it. Thread-safe. */
final class ProcessSecret {
    private static final String MAC = "HmacSHA256";
    private static final int OCTETS = 32;

    private final SecretKeySpec key;

    /** @param key random */
    ProcessSecret(byte[] key) {
        this.key = new SecretKeySpec(key, MAC);
    }

    static ProcessSecret random(SecureRandom random) {
        byte[] key = new byte[OCTETS];
        random.nextBytes(key);
        return new ProcessSecret(key);
    }

    /**
     * 32 octets that look random to everybody else, and are the same for the same arguments.
     *
     * @param purpose keeps those of one use apart from those of another
     */
    byte[] mac(String purpose, byte[]... parts) {
        try {
            Mac mac = Mac.getInstance(MAC);
            mac.init(key);
            mac.update(purpose.getBytes(UTF_8));
            for (byte[] part : parts) {
                // Lengths keep "ab", "c" and "a", "bc" apart.
                mac.update(
                        ByteBuffer.allocate(Integer.BYTES).putInt(part.length).array());
                mac.update(part);
            }
            return mac.doFinal();
        } catch (GeneralSecurityException missing) {
            throw new IllegalStateException("this JVM lacks " + MAC, missing);
        }
    }
}
