package posthaste.server.auth;

import java.nio.ByteBuffer;
import java.util.Base64;
import java.util.Optional;

/**
 * What a SCRAM client sends last (RFC 5802 §7, client-final-message).
 *
 * @param withoutProof what the proof is about, as it was sent
 * @param binding the GS2 header, and behind it what binds to the channel
 * @param nonce of both sides
 * @param proof that the client knows the password
 */
record ScramFinal(String withoutProof, ByteBuffer binding, String nonce, ByteBuffer proof) {
    private static final String PROOF = ",p=";

    /** Empty for whatever has not this form. Extensions before the proof are passed over. */
    static Optional<ScramFinal> parse(String message) {
        int proofAt = message.lastIndexOf(PROOF);
        if (proofAt < 0) return Optional.empty();
        String withoutProof = message.substring(0, proofAt);
        String[] fields = withoutProof.split(",", -1);
        if (fields.length < 2 || !fields[0].startsWith("c=") || !fields[1].startsWith("r=")) return Optional.empty();
        Optional<ByteBuffer> binding = octets(fields[0].substring(2));
        Optional<ByteBuffer> proof = octets(message.substring(proofAt + PROOF.length()));
        if (binding.isEmpty() || proof.isEmpty()) return Optional.empty();
        return Optional.of(new ScramFinal(withoutProof, binding.get(), fields[1].substring(2), proof.get()));
    }

    private static Optional<ByteBuffer> octets(String base64) {
        try {
            return Optional.of(ByteBuffer.wrap(Base64.getDecoder().decode(base64)));
        } catch (IllegalArgumentException wrong) {
            return Optional.empty();
        }
    }
}
