package posthaste.delivery;

import java.util.Optional;
import posthaste.smtp.Mailbox;

/**
 * The {@code [bounce]} section.
 *
 * @param postmaster where mail for Postmaster and for postmaster@ a local domain goes; without it such mail is held
 */
public record BounceConfig(Optional<Mailbox> postmaster) {
    public static final BounceConfig DEFAULT = new BounceConfig(Optional.empty());
}
