package posthaste.server.auth;

import java.security.Key;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import org.jose4j.jwa.AlgorithmConstraints;
import org.jose4j.jwa.AlgorithmConstraints.ConstraintType;
import org.jose4j.jwk.PublicJsonWebKey;
import org.jose4j.jws.AlgorithmIdentifiers;
import org.jose4j.jws.JsonWebSignature;
import org.jose4j.jwt.JwtClaims;
import org.jose4j.jwt.MalformedClaimException;
import org.jose4j.jwt.NumericDate;
import org.jose4j.jwt.consumer.ErrorCodes;
import org.jose4j.jwt.consumer.InvalidJwtException;
import org.jose4j.jwt.consumer.JwtConsumer;
import org.jose4j.jwt.consumer.JwtConsumerBuilder;
import org.jose4j.lang.UnresolvableKeyException;
import org.jspecify.annotations.Nullable;

/**
 * Reads bearer tokens: JSON Web Tokens that the configured issuer signed for us (RFC 7519, RFC 8725). Only signatures by
 * public keys are taken: an unsigned token, or one "signed" with a public key as if it were a secret, is none. Thread-safe;
 * blocks.
 */
final class TokenCheck {
    /** What clocks may differ by. */
    static final int LEEWAY_SECONDS = 60;

    private static final int PARTS = 3;
    private static final AlgorithmConstraints ALGORITHMS = new AlgorithmConstraints(
            ConstraintType.PERMIT,
            AlgorithmIdentifiers.RSA_USING_SHA256,
            AlgorithmIdentifiers.RSA_PSS_USING_SHA256,
            AlgorithmIdentifiers.ECDSA_USING_P256_CURVE_AND_SHA256,
            AlgorithmIdentifiers.EDDSA);
    /** An address that the user typed at the issuer and never proved. */
    private static final String EMAIL_VERIFIED = "email_verified";

    private final OauthConfig config;
    private final TokenKeys keys;
    private final InstantSource clock;

    TokenCheck(OauthConfig config, TokenKeys keys, InstantSource clock) {
        this.config = config;
        this.keys = keys;
        this.clock = clock;
    }

    TokenResult check(String token) {
        Optional<Map<String, PublicJsonWebKey>> current = keys.current();
        if (current.isEmpty()) return new TokenResult.Unknown();
        // An encrypted token has five parts: nobody can have made one for us.
        if (token.split("\\.", -1).length != PARTS) return new TokenResult.Invalid("not a signed token");
        try {
            return user(consumer(current.get(), clock.instant()).processToClaims(token));
        } catch (InvalidJwtException invalid) {
            return new TokenResult.Invalid(reason(invalid));
        } catch (MalformedClaimException | RuntimeException garbage) {
            // The library fails unchecked on some garbage: a client must not be able to cause more than a refusal.
            return new TokenResult.Invalid("a token that cannot be read");
        }
    }

    private JwtConsumer consumer(Map<String, PublicJsonWebKey> byId, Instant now) {
        return new JwtConsumerBuilder()
                .setJwsAlgorithmConstraints(ALGORITHMS)
                .setVerificationKeyResolver((signature, nesting) -> key(byId, signature))
                .setExpectedIssuer(config.issuer())
                .setExpectedAudience(config.audience())
                .setRequireExpirationTime()
                .setAllowedClockSkewInSeconds(LEEWAY_SECONDS)
                .setEvaluationTime(NumericDate.fromMilliseconds(now.toEpochMilli()))
                .build();
    }

    /** The key of this id, where it is for this algorithm: what the token brings along is never used. */
    private static Key key(Map<String, PublicJsonWebKey> byId, JsonWebSignature signature)
            throws UnresolvableKeyException {
        String id = signature.getKeyIdHeaderValue();
        Optional<PublicJsonWebKey> key = Optional.ofNullable(id).flatMap(named -> Optional.ofNullable(byId.get(named)));
        return key.filter(known -> known.getAlgorithm() == null
                        || known.getAlgorithm().equals(signature.getAlgorithmHeaderValue()))
                .map(PublicJsonWebKey::getPublicKey)
                .orElseThrow(() -> new UnresolvableKeyException("no key of this id and algorithm"));
    }

    private TokenResult user(JwtClaims claims) throws MalformedClaimException {
        boolean email = config.userClaim().equals(OauthConfig.DEFAULT_USER_CLAIM);
        if (email && isDenied(claims.getClaimValue(EMAIL_VERIFIED))) {
            return new TokenResult.Invalid("the issuer has not verified the address (email_verified)");
        }
        Optional<String> user = Optional.ofNullable(claims.getStringClaimValue(config.userClaim()))
                .flatMap(SaslPrep::name);
        return user.<TokenResult>map(TokenResult.Valid::new)
                .orElseGet(() -> new TokenResult.Invalid("no user in the claim " + config.userClaim()));
    }

    /** Some issuers write the claim as a string; many leave it out, and hand out verified addresses alone. */
    private static boolean isDenied(@Nullable Object verified) {
        return verified != null && !"true".equalsIgnoreCase(verified.toString());
    }

    /** Messages of the library may hold parts of the token: only what kind of error it was goes to the log. */
    private static String reason(InvalidJwtException invalid) {
        if (invalid.hasErrorCode(ErrorCodes.EXPIRED)) return "the token has expired";
        if (invalid.hasErrorCode(ErrorCodes.EXPIRATION_MISSING)) return "the token never expires";
        if (invalid.hasErrorCode(ErrorCodes.NOT_YET_VALID)) return "the token is not valid yet";
        if (invalid.hasErrorCode(ErrorCodes.AUDIENCE_INVALID) || invalid.hasErrorCode(ErrorCodes.AUDIENCE_MISSING)) {
            return "the token is for another audience";
        }
        if (invalid.hasErrorCode(ErrorCodes.ISSUER_INVALID) || invalid.hasErrorCode(ErrorCodes.ISSUER_MISSING)) {
            return "the token is of another issuer";
        }
        if (invalid.hasErrorCode(ErrorCodes.SIGNATURE_INVALID)) return "the signature is wrong";
        return "the token cannot be read, or no key of auth.oauth.jwks has its id and algorithm";
    }
}
