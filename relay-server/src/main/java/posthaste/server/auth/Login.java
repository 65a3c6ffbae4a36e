package posthaste.server.auth;

/**
 * A client that proved who it is, and what it may do. Immutable: users that are read anew count from the next login.
 *
 * @param user the name, prepared (RFC 4013); it has no control characters
 * @param senders the reverse-paths it may use
 * @param quota how much it may send; asked through {@link UserLimits}
 */
public record Login(String user, SenderRights senders, UserQuota quota) {}
