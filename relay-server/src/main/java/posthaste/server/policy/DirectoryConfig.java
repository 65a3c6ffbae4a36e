package posthaste.server.policy;

import java.util.List;

/**
 * The section {@code [directory]} with every {@code [[alias]]}.
 *
 * @param local the domains whose mail ends here
 * @param aliases the addresses there that are known, beside the postmaster's
 * @param disclose whether 251 and 551 may name the new address
 * @param answers whether VRFY and EXPN tell trusted clients what is known; nobody else is told anything
 */
public record DirectoryConfig(LocalDomains local, List<Alias> aliases, boolean disclose, boolean answers) {

    public DirectoryConfig {
        aliases = List.copyOf(aliases);
    }

    /** One that knows the postmaster alone. */
    public static DirectoryConfig of(LocalDomains local) {
        return new DirectoryConfig(local, List.of(), false, true);
    }
}
