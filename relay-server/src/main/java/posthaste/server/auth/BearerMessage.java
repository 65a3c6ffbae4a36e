package posthaste.server.auth;

import java.util.Optional;

/**
 * What a client sends in OAUTHBEARER (RFC 7628 §3.1) and XOAUTH2.
 *
 * @param user whom it names; empty where it leaves that to the token
 * @param token empty where the client only asks what is needed
 */
record BearerMessage(Optional<String> user, String token) {
    private static final char SEPARATOR = 1;
    private static final String SCHEME = "bearer ";

    /** {@code n,a=user,^Aauth=Bearer token^A^A}, other pairs ignored; empty for whatever has not this form. */
    static Optional<BearerMessage> oauthBearer(String message) {
        int headerEnd = message.indexOf(SEPARATOR);
        if (headerEnd < 0) return Optional.empty();
        String header = message.substring(0, headerEnd);
        // Neither binds to a channel: tokens have nothing to bind with (§3.1).
        if (!header.startsWith("n,") && !header.startsWith("y,")) return Optional.empty();
        if (!header.endsWith(",") || header.length() < 3) return Optional.empty();
        String identity = header.substring(2, header.length() - 1);
        Optional<String> user = identity.startsWith("a=") ? SaslText.saslName(identity.substring(2)) : Optional.empty();
        if (identity.isEmpty() == user.isPresent()) return Optional.empty();
        return token(message.substring(headerEnd + 1)).map(token -> new BearerMessage(user, token));
    }

    /** {@code user=name^Aauth=Bearer token^A^A}. */
    static Optional<BearerMessage> xoauth2(String message) {
        int userEnd = message.indexOf(SEPARATOR);
        if (userEnd < 0 || !message.startsWith("user=")) return Optional.empty();
        String user = message.substring("user=".length(), userEnd);
        if (user.isEmpty() || user.indexOf(0) >= 0) return Optional.empty();
        return token(message.substring(userEnd + 1)).map(token -> new BearerMessage(Optional.of(user), token));
    }

    /** Pairs that each end in a separator, and one more at the end. */
    private static Optional<String> token(String pairs) {
        boolean ended = pairs.length() >= 2
                && pairs.charAt(pairs.length() - 1) == SEPARATOR
                && pairs.charAt(pairs.length() - 2) == SEPARATOR;
        if (!ended) return Optional.empty();
        Optional<String> token = Optional.empty();
        for (String pair : pairs.substring(0, pairs.length() - 2).split(String.valueOf(SEPARATOR), -1)) {
            if (!pair.startsWith("auth=")) continue;
            if (token.isPresent()) return Optional.empty();
            token = bearer(pair.substring("auth=".length()));
            if (token.isEmpty()) return Optional.empty();
        }
        return token;
    }

    private static Optional<String> bearer(String value) {
        if (value.isEmpty()) return Optional.of("");
        boolean bearer = value.regionMatches(true, 0, SCHEME, 0, SCHEME.length());
        return bearer ? Optional.of(value.substring(SCHEME.length()).strip()) : Optional.empty();
    }

    /** Never the token. */
    @Override
    public String toString() {
        return "BearerMessage[user=" + user + "]";
    }
}
