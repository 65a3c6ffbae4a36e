package posthaste.server.terminal;

import java.util.List;
import posthaste.smtp.Mailbox;

/** A message could not be written to any terminal of some of its addresses; those of the others have it. */
public final class TerminalVanished extends Exception {
    private static final long serialVersionUID = 1L;

    private final transient List<Mailbox> addresses;

    TerminalVanished(List<Mailbox> addresses) {
        // What peers cause needs no stack trace.
        super("no terminal took the message for " + addresses.size() + " of its addresses", null, false, false);
        this.addresses = List.copyOf(addresses);
    }

    /** Those whose terminals did not take it; at least one. */
    public List<Mailbox> addresses() {
        return addresses;
    }
}
