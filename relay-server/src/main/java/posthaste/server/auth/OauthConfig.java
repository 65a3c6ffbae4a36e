package posthaste.server.auth;

import java.nio.file.Path;

/**
 * The {@code [auth.oauth]} section: which tokens say who a client is.
 *
 * @param jwks the file with the public keys of the issuer (RFC 7517); read again when it changes
 * @param issuer what {@code iss} must be
 * @param audience what {@code aud} must be or have
 * @param userClaim the claim that names the user
 */
public record OauthConfig(Path jwks, String issuer, String audience, String userClaim) {
    public static final String DEFAULT_USER_CLAIM = "email";

    public OauthConfig {
        if (issuer.isEmpty()) throw new IllegalArgumentException("issuer is empty");
        if (audience.isEmpty()) throw new IllegalArgumentException("audience is empty");
        if (userClaim.isEmpty()) throw new IllegalArgumentException("user-claim is empty");
    }
}
