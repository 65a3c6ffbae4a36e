package posthaste.server;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import posthaste.server.auth.AuthConfig;
import posthaste.server.auth.Authentication;
import posthaste.server.auth.OauthConfig;
import posthaste.server.auth.UserEntry;

/** Reads who may log in: {@code [auth]}, {@code [[auth.user]]} and their file, {@code [auth.oauth]}. */
final class AuthSections {
    private static final int FAILURES_MAX = 1_000_000;
    private static final Duration BLOCK_MIN = Duration.ofSeconds(1);
    private static final Duration BLOCK_MAX = Duration.ofDays(1);
    private static final List<String> OAUTH_REQUIRED = List.of("jwks", "issuer", "audience");

    private final Section section;

    AuthSections(Section root) {
        section = root.section("auth");
    }

    AuthConfig read() {
        AuthConfig fallback = AuthConfig.NONE;
        boolean sha1 = section.flag("scram-sha-1", false);
        Optional<OauthConfig> oauth = oauth(section.section("oauth"));
        var tables = new UserTables(sha1, section.has("oauth"));
        List<UserEntry> users = tables.read(section, List.of());
        Optional<Path> file = section.optionalText("users-file", TomlFile::path);
        List<UserEntry> fileUsers = file.map(path -> TomlFile.included(
                        section, "users-file", path, new UsersFile(path, tables, users)::read, List.<UserEntry>of()))
                .orElse(List.of());
        int failures = section.integer("failures-per-client", 1, FAILURES_MAX, fallback.failuresPerClient());
        Duration block = section.duration("block-time", BLOCK_MIN, BLOCK_MAX, fallback.blockTime());
        return section.build(
                () -> new AuthConfig(sha1, users, file, fileUsers, failures, block, oauth), () -> fallback);
    }

    private Optional<OauthConfig> oauth(Section oauth) {
        Optional<Path> jwks = oauth.text("jwks", "required", Optional.empty(), text -> Optional.of(keys(text)));
        String issuer = oauth.text("issuer", "required", "", AuthSections::named);
        String audience = oauth.text("audience", "required", "", AuthSections::named);
        String fallback = OauthConfig.DEFAULT_USER_CLAIM;
        String claim = oauth.text("user-claim", fallback, fallback, AuthSections::named);
        if (!section.has("oauth")) return Optional.empty();
        for (String key : OAUTH_REQUIRED) {
            if (!oauth.has(key)) oauth.problem(key, "missing; [auth.oauth] has jwks, issuer and audience");
        }
        boolean whole = jwks.isPresent() && !issuer.isEmpty() && !audience.isEmpty();
        return whole ? Optional.of(new OauthConfig(jwks.get(), issuer, audience, claim)) : Optional.empty();
    }

    private static String named(String text) {
        if (!text.isBlank()) return text;
        throw new IllegalArgumentException("empty: write what the tokens have there");
    }

    private static Path keys(String text) {
        Path file = TomlFile.path(text);
        try {
            Authentication.checkKeys(file);
            return file;
        } catch (IOException failure) {
            throw new IllegalArgumentException(
                    "%s cannot be read: %s; make it readable for the user of the relay"
                            .formatted(Section.shown(text), TomlFile.reasonOf(failure)),
                    failure);
        }
    }
}
