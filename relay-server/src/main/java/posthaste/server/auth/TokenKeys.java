package posthaste.server.auth;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongSupplier;
import org.jose4j.jwk.JsonWebKey;
import org.jose4j.jwk.JsonWebKeySet;
import org.jose4j.jwk.OctetSequenceJsonWebKey;
import org.jose4j.jwk.PublicJsonWebKey;
import org.jose4j.lang.JoseException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The public keys of an issuer of tokens, from a file that something else keeps up to date (RFC 7517 §5). Looked at when
 * somebody logs in, once a second at most, and read when it changed. A file that makes no sense changes nothing; while
 * there is none, or it cannot be read, no token is taken. Thread-safe; blocks on the disk.
 */
final class TokenKeys {
    /** Between two looks at the file. */
    static final Duration LOOK = Duration.ofSeconds(1);

    private static final Logger LOG = LoggerFactory.getLogger(TokenKeys.class);
    private static final int FILE_BYTES_MAX = 1 << 20;
    private static final int KEYS_MAX = 1_000;

    /** What tells one content of the file from another without reading it. */
    private record Stamp(FileTime changed, long size, Optional<Object> inode) {}

    private final Path file;
    private final LongSupplier nanos;
    private Map<String, PublicJsonWebKey> keys = Map.of();
    private Optional<Stamp> stamp = Optional.empty();
    private boolean readable = true;
    private long lookedAtNanos;

    /** @param nanos a clock that only goes forward */
    TokenKeys(Path file, LongSupplier nanos) {
        this.file = file;
        this.nanos = nanos;
        lookedAtNanos = nanos.getAsLong() - LOOK.toNanos();
    }

    /** Taken before the file is read: what changes while it is read is noticed next time. */
    private static Stamp stamp(Path file) throws IOException {
        BasicFileAttributes attributes = Files.readAttributes(file, BasicFileAttributes.class);
        return new Stamp(attributes.lastModifiedTime(), attributes.size(), Optional.ofNullable(attributes.fileKey()));
    }

    /**
     * By key id: the keys that a signature can be checked with.
     *
     * @throws IllegalArgumentException saying what is wrong with the file
     */
    static Map<String, PublicJsonWebKey> read(Path file) throws IOException {
        byte[] octets;
        try (InputStream in = Files.newInputStream(file)) {
            octets = in.readNBytes(FILE_BYTES_MAX + 1);
        }
        if (octets.length > FILE_BYTES_MAX) throw new IllegalArgumentException("is longer than 1 MiB");
        var byId = new HashMap<String, PublicJsonWebKey>();
        for (JsonWebKey key : parsed(new String(octets, UTF_8)).getJsonWebKeys()) {
            if (key instanceof OctetSequenceJsonWebKey) {
                throw new IllegalArgumentException("holds a secret key (\"kty\": \"oct\"); public keys belong there");
            }
            boolean signs = key.getUse() == null || key.getUse().equals("sig");
            if (!(key instanceof PublicJsonWebKey usable) || !signs) continue;
            if (key.getKeyId() == null) throw new IllegalArgumentException("holds a key without an id (\"kid\")");
            if (byId.put(key.getKeyId(), usable) != null) {
                throw new IllegalArgumentException("holds two keys with the same id (\"kid\")");
            }
        }
        if (byId.isEmpty()) throw new IllegalArgumentException("holds no public key that signatures are checked with");
        if (byId.size() > KEYS_MAX) throw new IllegalArgumentException("holds more than " + KEYS_MAX + " keys");
        return byId;
    }

    private static JsonWebKeySet parsed(String json) {
        try {
            return new JsonWebKeySet(json);
        } catch (JoseException | RuntimeException wrong) {
            // The library fails unchecked on some garbage.
            throw new IllegalArgumentException("is no JSON Web Key Set (RFC 7517 section 5)", wrong);
        }
    }

    /** The keys of now by their ids; empty while the file cannot be read. */
    synchronized Optional<Map<String, PublicJsonWebKey>> current() {
        long now = nanos.getAsLong();
        if (now - lookedAtNanos >= LOOK.toNanos()) {
            lookedAtNanos = now;
            look();
        }
        return readable && !keys.isEmpty() ? Optional.of(keys) : Optional.empty();
    }

    private void look() {
        try {
            Optional<Stamp> now = Optional.of(stamp(file));
            if (readable && now.equals(stamp)) return;
            stamp = now;
            keys = read(file);
            readable = true;
            LOG.info("keys of tokens read: {}", keys.size());
        } catch (IOException failure) {
            if (readable)
                LOG.error("auth.oauth.jwks cannot be read, tokens get 454 until it can: {}", failure.toString());
            readable = false;
        } catch (IllegalArgumentException wrong) {
            readable = true;
            LOG.error("auth.oauth.jwks {}; the keys read before stay", wrong.getMessage());
        }
    }
}
