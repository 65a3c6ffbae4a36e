package posthaste.server.auth;

import java.util.Optional;

/**
 * One {@code [[auth.user]]}.
 *
 * @param name prepared (RFC 4013), so that it can be compared octet by octet
 * @param password what proves it; empty for users who come with tokens only
 * @param senders the reverse-paths the user may use
 * @param quota how much the user may send
 */
public record UserEntry(String name, Optional<ScramVerifier> password, SenderRights senders, UserQuota quota) {

    Login login() {
        return new Login(name, senders, quota);
    }
}
