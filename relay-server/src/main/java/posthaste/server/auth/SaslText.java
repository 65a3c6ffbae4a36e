package posthaste.server.auth;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.util.Optional;

/** Reads the octets of clients. */
final class SaslText {
    private SaslText() {}

    /** UTF-8, strictly; empty for anything else. */
    static Optional<String> decode(byte[] octets) {
        try {
            return Optional.of(
                    UTF_8.newDecoder().decode(ByteBuffer.wrap(octets)).toString());
        } catch (CharacterCodingException binary) {
            return Optional.empty();
        }
    }

    /** A saslname (RFC 5802 §5.1), in which a comma and an equals sign are written {@code =2C} and {@code =3D}. */
    static Optional<String> saslName(String text) {
        var name = new StringBuilder(text.length());
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == ',' || c == 0) return Optional.empty();
            if (c != '=') {
                name.append(c);
            } else if (text.startsWith("=2C", i)) {
                name.append(',');
                i += 2;
            } else if (text.startsWith("=3D", i)) {
                name.append('=');
                i += 2;
            } else {
                return Optional.empty();
            }
        }
        return name.isEmpty() ? Optional.empty() : Optional.of(name.toString());
    }
}
