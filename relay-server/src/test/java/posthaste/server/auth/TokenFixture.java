package posthaste.server.auth;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.Key;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import org.jose4j.jwa.AlgorithmConstraints;
import org.jose4j.jwk.JsonWebKey;
import org.jose4j.jwk.JsonWebKeySet;
import org.jose4j.jwk.PublicJsonWebKey;
import org.jose4j.jws.JsonWebSignature;
import org.jose4j.lang.JoseException;

/** An issuer of tokens: its keys, the file that has their public halves, and tokens good and bad. */
final class TokenFixture {
    static final String ISSUER = "https://login.example.org/";
    static final String AUDIENCE = "posthaste";
    static final String USER = "app@example.org";
    private static final long NOW = AuthFixture.NOW.getEpochSecond();

    /** Made once: it takes a second. */
    private static final KeyPair RSA = pair("RSA", 2048);

    private static final KeyPair OTHER_RSA = pair("RSA", 2048);
    private static final KeyPair EC = pair("EC", 256);
    private static final KeyPair ED = pair("Ed25519", 255);

    final KeyPair rsa = RSA;
    final KeyPair otherRsa = OTHER_RSA;
    final KeyPair ec = EC;
    final KeyPair ed = ED;
    final Path jwks;

    TokenFixture(Path directory) throws IOException {
        jwks = directory.resolve("jwks.json");
        publish(jwk("rsa", rsa), jwk("ec", ec), jwk("ed", ed), forAlgorithm("rsa-only-pss", rsa, "PS256"));
    }

    private static KeyPair pair(String algorithm, int bits) {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance(algorithm);
            generator.initialize(bits);
            return generator.generateKeyPair();
        } catch (GeneralSecurityException missing) {
            throw new AssertionError(missing);
        }
    }

    static JsonWebKey jwk(String id, KeyPair pair) {
        try {
            JsonWebKey key = PublicJsonWebKey.Factory.newPublicJwk(pair.getPublic());
            key.setKeyId(id);
            return key;
        } catch (JoseException wrong) {
            throw new AssertionError(wrong);
        }
    }

    private static JsonWebKey forAlgorithm(String id, KeyPair pair, String algorithm) {
        JsonWebKey key = jwk(id, pair);
        key.setAlgorithm(algorithm);
        return key;
    }

    void publish(JsonWebKey... keys) throws IOException {
        Files.writeString(jwks, new JsonWebKeySet(keys).toJson());
    }

    OauthConfig config() {
        return new OauthConfig(jwks, ISSUER, AUDIENCE, OauthConfig.DEFAULT_USER_CLAIM);
    }

    AuthFixture authentication(UserEntry... users) {
        var config = new AuthConfig(
                false,
                List.of(users),
                Optional.empty(),
                List.of(),
                1000,
                Duration.ofMinutes(10),
                Optional.of(config()));
        return new AuthFixture(config, () -> new UserReading.Read(List.of(users)));
    }

    /** What a good token says; {@code more} has further claims, each behind a comma. */
    static String claims(String more) {
        return """
                {"iss":"%s","aud":"%s","email":"%s","exp":%d,"iat":%d%s}""".formatted(ISSUER, AUDIENCE, USER, NOW + 600, NOW - 600, more);
    }

    static String claims() {
        return claims("");
    }

    static long now() {
        return NOW;
    }

    String good() {
        return signed("RS256", "rsa", rsa.getPrivate(), claims());
    }

    static String signed(String algorithm, String keyId, Key key, String claims) {
        try {
            var jws = new JsonWebSignature();
            jws.setAlgorithmConstraints(AlgorithmConstraints.NO_CONSTRAINTS);
            jws.setAlgorithmHeaderValue(algorithm);
            if (!keyId.isEmpty()) jws.setKeyIdHeaderValue(keyId);
            jws.setPayload(claims);
            jws.setKey(key);
            jws.setDoKeyValidation(false);
            return jws.getCompactSerialization();
        } catch (JoseException wrong) {
            throw new AssertionError(wrong);
        }
    }

    /** Made by the JDK alone, as another issuer's software would. */
    static String signedByHand(String header, String claims, String algorithm, KeyPair pair) {
        try {
            String content = base64(header.getBytes(UTF_8)) + "." + base64(claims.getBytes(UTF_8));
            Signature signature = Signature.getInstance(algorithm);
            signature.initSign(pair.getPrivate());
            signature.update(content.getBytes(UTF_8));
            return content + "." + base64(signature.sign());
        } catch (GeneralSecurityException wrong) {
            throw new AssertionError(wrong);
        }
    }

    static String base64(byte[] octets) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(octets);
    }
}
