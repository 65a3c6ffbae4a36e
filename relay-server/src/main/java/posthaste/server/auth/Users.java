package posthaste.server.auth;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** Every user as of one reading. Immutable. */
final class Users {
    private final Map<String, UserEntry> byName;
    private final Map<ScramHash, List<ScramVerifier>> passwords;
    private final List<ScramVerifier> allPasswords;
    private final Set<String> inLowerCase;

    Users(List<UserEntry> entries) {
        var names = new HashMap<String, UserEntry>();
        entries.forEach(entry -> names.put(entry.name(), entry));
        byName = Map.copyOf(names);
        var kept = new HashMap<ScramHash, List<ScramVerifier>>();
        for (ScramHash hash : ScramHash.values()) {
            kept.put(
                    hash,
                    entries.stream()
                            .flatMap(entry -> entry.password().stream())
                            .filter(password -> password.hash() == hash)
                            .toList());
        }
        passwords = Map.copyOf(kept);
        allPasswords = passwords.values().stream().flatMap(List::stream).toList();
        inLowerCase = byName.keySet().stream().map(Users::lower).collect(Collectors.toUnmodifiableSet());
    }

    int size() {
        return byName.size();
    }

    Optional<UserEntry> named(String name) {
        return Optional.ofNullable(byName.get(name));
    }

    /** Whether somebody has this name, whatever its letter case. */
    boolean haveLike(String name) {
        return inLowerCase.contains(lower(name));
    }

    private static String lower(String name) {
        return name.toLowerCase(Locale.ROOT);
    }

    /** Whether anybody has a password. */
    boolean havePasswords() {
        return !allPasswords.isEmpty();
    }

    /** Whether anybody has a password that is kept by {@code hash}. */
    boolean havePasswords(ScramHash hash) {
        return !of(hash).isEmpty();
    }

    private List<ScramVerifier> of(ScramHash hash) {
        return passwords.getOrDefault(hash, List.of());
    }

    /** What stands for the password of somebody unknown, kept by any hash. */
    ScramVerifier standIn(String name, ProcessSecret secret) {
        return standIn(allPasswords, name, secret);
    }

    /** The same for SCRAM, where the client chose the hash. Somebody must have one of it. */
    ScramVerifier standIn(ScramHash hash, String name, ProcessSecret secret) {
        return standIn(of(hash), name, secret);
    }

    /**
     * A verifier that no password opens, the same for the same name each time, and in salt and iterations like that of one
     * of the users: so neither looks nor time tell who exists (RFC 5802 §9, RFC 7677 §4).
     */
    private static ScramVerifier standIn(List<ScramVerifier> models, String name, ProcessSecret secret) {
        byte[] octets = name.getBytes(UTF_8);
        int choice = ByteBuffer.wrap(secret.mac("model", octets)).getInt();
        ScramVerifier model = models.get(Math.floorMod(choice, models.size()));
        ScramHash hash = model.hash();
        byte[] salt = new byte[model.salt().length];
        ByteBuffer fill = ByteBuffer.wrap(salt);
        for (byte block = 0; fill.hasRemaining(); block++) {
            byte[] more = secret.mac("salt", octets, new byte[] {block});
            fill.put(more, 0, Math.min(more.length, fill.remaining()));
        }
        byte[] nobodys = hash.hash(secret.mac("key", octets));
        return new ScramVerifier(hash, model.iterations(), salt, nobodys, nobodys);
    }
}
