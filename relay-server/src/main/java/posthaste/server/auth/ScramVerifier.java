package posthaste.server.auth;

import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Optional;

/**
 * What the relay keeps of a password: enough to verify it and to prove that we know it, too little to log in elsewhere
 * (RFC 5802 §2.2, §9). Written as {@code {SCRAM-SHA-256}iterations:salt:StoredKey:ServerKey}, the last three in base64.
 * Immutable, and never shown.
 */
public final class ScramVerifier {
    /** The least that RFC 7677 §4 allows. */
    public static final int ITERATIONS_MIN = 4096;
    /** One check of a password with so many takes a core for about a second. */
    public static final int ITERATIONS_MAX = 1_000_000;

    private static final int SALT_OCTETS_MIN = 8;
    private static final int SALT_OCTETS_MAX = 64;
    private static final int FIELDS = 4;
    private static final String EXPECTED =
            "expected \"{SCRAM-SHA-256}iterations:salt:StoredKey:ServerKey\", as" + " `posthaste user NAME` prints it";

    private final ScramHash hash;
    private final int iterations;
    private final byte[] salt;
    private final byte[] storedKey;
    private final byte[] serverKey;

    ScramVerifier(ScramHash hash, int iterations, byte[] salt, byte[] storedKey, byte[] serverKey) {
        this.hash = hash;
        this.iterations = iterations;
        this.salt = salt;
        this.storedKey = storedKey;
        this.serverKey = serverKey;
    }

    /**
     * Of a new password. Blocks a core for the iterations.
     *
     * @param password prepared ({@link SaslPrep})
     * @param salt random, 8 to 64 octets
     */
    public static ScramVerifier of(ScramHash hash, String password, byte[] salt, int iterations) {
        byte[] salted = hash.saltedPassword(password, salt, iterations);
        byte[] storedKey = hash.hash(hash.clientKey(salted));
        return new ScramVerifier(hash, iterations, salt.clone(), storedKey, hash.serverKey(salted));
    }

    /** @throws IllegalArgumentException saying what is wrong; the message holds nothing of the text */
    public static ScramVerifier parse(String text) {
        int end = text.indexOf('}');
        Optional<ScramHash> hash =
                text.startsWith("{") && end > 0 ? ScramHash.of(text.substring(1, end)) : Optional.empty();
        if (hash.isEmpty()) {
            throw new IllegalArgumentException("passwords are not kept as they are typed: " + EXPECTED);
        }
        List<String> fields = List.of(text.substring(end + 1).split(":", -1));
        if (fields.size() != FIELDS) throw new IllegalArgumentException(EXPECTED);
        byte[] salt = octets(fields.get(1));
        if (salt.length < SALT_OCTETS_MIN || salt.length > SALT_OCTETS_MAX) {
            throw new IllegalArgumentException("the salt has %d octets, expected %d to %d"
                    .formatted(salt.length, SALT_OCTETS_MIN, SALT_OCTETS_MAX));
        }
        return new ScramVerifier(
                hash.get(),
                iterations(fields.get(0)),
                salt,
                key(hash.get(), fields.get(2)),
                key(hash.get(), fields.get(3)));
    }

    private static int iterations(String text) {
        boolean number = !text.isEmpty() && text.length() <= 7 && text.chars().allMatch(c -> c >= '0' && c <= '9');
        int iterations = number ? Integer.parseInt(text) : 0;
        if (iterations >= ITERATIONS_MIN && iterations <= ITERATIONS_MAX) return iterations;
        throw new IllegalArgumentException("expected %d to %d iterations".formatted(ITERATIONS_MIN, ITERATIONS_MAX));
    }

    private static byte[] key(ScramHash hash, String text) {
        byte[] key = octets(text);
        if (key.length == hash.octets()) return key;
        throw new IllegalArgumentException(
                "a key has %d octets, expected %d; copy the whole line".formatted(key.length, hash.octets()));
    }

    private static byte[] octets(String base64) {
        try {
            return Base64.getDecoder().decode(base64);
        } catch (IllegalArgumentException wrong) {
            throw new IllegalArgumentException("not base64: " + EXPECTED, wrong);
        }
    }

    /** The text for the configuration. It is a secret, though less of one than the password. */
    public String format() {
        Base64.Encoder base64 = Base64.getEncoder();
        return "{%s}%d:%s:%s:%s"
                .formatted(
                        hash.mechanism(),
                        iterations,
                        base64.encodeToString(salt),
                        base64.encodeToString(storedKey),
                        base64.encodeToString(serverKey));
    }

    public ScramHash hash() {
        return hash;
    }

    int iterations() {
        return iterations;
    }

    byte[] salt() {
        return salt;
    }

    /** Whether this is the password, prepared. Blocks a core for the iterations, whatever the answer is. */
    boolean matches(String password) {
        byte[] salted = hash.saltedPassword(password, salt, iterations);
        return isStored(hash.clientKey(salted));
    }

    /** Whether {@code clientKey} is the one of the password. */
    private boolean isStored(byte[] clientKey) {
        return MessageDigest.isEqual(hash.hash(clientKey), storedKey);
    }

    /**
     * Whether the proof is of somebody who knows the password (RFC 5802 §3): the proof is the client's key under a
     * signature that only this exchange has.
     */
    boolean proves(byte[] proof, byte[] authMessage) {
        if (proof.length != hash.octets()) return false;
        byte[] clientKey = hash.hmac(storedKey, authMessage);
        for (int i = 0; i < clientKey.length; i++) clientKey[i] ^= proof[i];
        return isStored(clientKey);
    }

    /** What proves to the client that we know its password too. */
    byte[] serverSignature(byte[] authMessage) {
        return hash.hmac(serverKey, authMessage);
    }

    /** What tells this password from another of the same user: a new password makes another. */
    byte[] identity() {
        return storedKey;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof ScramVerifier verifier
                && hash == verifier.hash
                && iterations == verifier.iterations
                && Arrays.equals(salt, verifier.salt)
                && MessageDigest.isEqual(storedKey, verifier.storedKey)
                && MessageDigest.isEqual(serverKey, verifier.serverKey);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(salt);
    }

    @Override
    public String toString() {
        return "(secret)";
    }
}
