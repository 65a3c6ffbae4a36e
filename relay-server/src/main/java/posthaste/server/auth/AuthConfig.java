package posthaste.server.auth;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The {@code [auth]} section with its users, valid by construction.
 *
 * @param scramSha1 whether passwords kept by SHA-1 are allowed, and SCRAM-SHA-1 is offered for them
 * @param users those of the configuration itself
 * @param usersFile where more of them are read from, again and again
 * @param fileUsers those that were read there with the configuration
 * @param failuresPerClient failed logins of one address before it is blocked
 * @param blockTime for how long
 * @param oauth whose tokens are taken; empty for none
 */
public record AuthConfig(
        boolean scramSha1,
        List<UserEntry> users,
        Optional<Path> usersFile,
        List<UserEntry> fileUsers,
        int failuresPerClient,
        Duration blockTime,
        Optional<OauthConfig> oauth) {
    private static final Duration BLOCK_MIN = Duration.ofSeconds(1);

    /** Nobody logs in. */
    public static final AuthConfig NONE =
            new AuthConfig(false, List.of(), Optional.empty(), List.of(), 20, Duration.ofMinutes(10), Optional.empty());

    /** Names every problem at once; the reader of the file adds its name and line. */
    public AuthConfig {
        users = List.copyOf(users);
        fileUsers = List.copyOf(fileUsers);
        var problems = new ArrayList<String>();
        if (failuresPerClient < 1) problems.add("failures-per-client must be at least 1");
        if (blockTime.compareTo(BLOCK_MIN) < 0) problems.add("block-time must be at least 1s");
        if (!problems.isEmpty()) throw new IllegalArgumentException(String.join("; ", problems));
    }

    /** Those of the configuration and of the file. */
    public List<UserEntry> everyUser() {
        return Stream.concat(users.stream(), fileUsers.stream()).toList();
    }
}
