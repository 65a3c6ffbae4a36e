package posthaste.server.policy;

import java.util.List;

/**
 * The section {@code [directory]} with every {@code [[alias]]}.
 *
 * @param local the domains whose mail ends here
 * @param aliases the addresses there that are known, beside the postmaster's
 * @param disclose whether 251 and 551 may name the new address
 * @param answers whether VRFY and EXPN tell trusted clients what is known; nobody else is told anything
 * @param complete whether these are all aliases there are; not so while the file of the others cannot be read
 */
public record DirectoryConfig(
        LocalDomains local, List<Alias> aliases, boolean disclose, boolean answers, boolean complete) {

    public DirectoryConfig(LocalDomains local, List<Alias> aliases, boolean disclose, boolean answers) {
        this(local, aliases, disclose, answers, true);
    }

    public DirectoryConfig {
        aliases = List.copyOf(aliases);
    }

    /** The same with these aliases, which are all. */
    public DirectoryConfig with(List<Alias> all) {
        return new DirectoryConfig(local, all, disclose, answers);
    }

    DirectoryConfig incomplete() {
        return new DirectoryConfig(local, aliases, disclose, answers, false);
    }

    /** One that knows the postmaster alone. */
    public static DirectoryConfig of(LocalDomains local) {
        return new DirectoryConfig(local, List.of(), false, true);
    }
}
