package posthaste.server.admin;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.security.MessageDigest;
import java.util.regex.Pattern;

/** The secret that a client of the admin interface shows (RFC 6750 §2.1). Never shown itself. Immutable. */
public final class BearerToken {
    private static final String SCHEME = "Bearer ";
    /** The b64token of RFC 6750, long enough that nobody guesses it. */
    private static final Pattern TOKEN = Pattern.compile("[A-Za-z0-9._~+/-]{16,512}=*");

    private final byte[] secret;

    /** @throws IllegalArgumentException saying what was expected; the message does not hold the text */
    public BearerToken(String text) {
        if (!TOKEN.matcher(text).matches()) {
            throw new IllegalArgumentException(
                    "expected 16 to 512 letters, digits or ._~+/- characters; `openssl rand -hex 24` makes one");
        }
        secret = text.getBytes(UTF_8);
    }

    /** Whether this is the value of an Authorization field that holds the token. Takes as long for a wrong one. */
    boolean isIn(String authorization) {
        boolean bearer = authorization.regionMatches(true, 0, SCHEME, 0, SCHEME.length());
        byte[] given = bearer ? authorization.substring(SCHEME.length()).strip().getBytes(UTF_8) : new byte[0];
        return MessageDigest.isEqual(secret, given);
    }

    @Override
    public String toString() {
        return "(secret)";
    }
}
