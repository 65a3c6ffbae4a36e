package posthaste.server;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.net.InetAddress;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import posthaste.server.auth.AuthConfig;
import posthaste.server.auth.Authentication;
import posthaste.server.auth.SaslContext;
import posthaste.server.auth.SaslStep;
import posthaste.server.auth.UserEntry;

/** Logins with PLAIN, without a session around them. */
final class Logins {
    private static final long SECONDS_MAX = 30;

    private Logins() {}

    static SaslStep plain(Authentication authentication, String name, String password) throws Exception {
        var context = new SaslContext(InetAddress.getByName("192.0.2.1"), true, Optional.empty(), Optional.empty());
        Optional<byte[]> message = Optional.of(("\0" + name + "\0" + password).getBytes(UTF_8));
        return authentication
                .exchange("PLAIN", context)
                .orElseThrow()
                .begin(message, Runnable::run)
                .toCompletableFuture()
                .get(SECONDS_MAX, TimeUnit.SECONDS);
    }

    /** Whether the password is the user's. */
    static boolean succeeds(UserEntry user, String password) throws Exception {
        var config = new AuthConfig(
                true, List.of(user), Optional.empty(), List.of(), 1000, Duration.ofMinutes(1), Optional.empty());
        try (var authentication = Authentication.start(
                config, UsersFile.of(config), new SimpleMeterRegistry(), InstantSource.system(), () -> 0)) {
            return plain(authentication, user.name(), password) instanceof SaslStep.Success;
        }
    }
}
