package posthaste.server.terminal;

import java.net.URI;
import java.util.List;
import java.util.Optional;
import posthaste.smtp.Mailbox;

/**
 * The section {@code [terminals]} with every {@code [[terminal]]}, valid by construction.
 *
 * @param enabled whether SEND, SOML and SAML are offered, and terminals may be announced
 * @param messageSize octets of the largest message that a terminal is written
 * @param webhooks terminals that are always there
 */
public record TerminalsConfig(boolean enabled, int messageSize, List<WebhookConfig> webhooks) {
    public static final TerminalsConfig DEFAULT = new TerminalsConfig(true, 64 << 10, List.of());

    /**
     * One {@code [[terminal]]}.
     *
     * @param address whose terminal it is
     * @param url where messages are posted, {@code http} or {@code https}, without credentials
     * @param token shown with each of them
     */
    public record WebhookConfig(Mailbox address, URI url, Optional<WebhookToken> token) {

        public WebhookConfig {
            Optional<String> scheme = Optional.ofNullable(url.getScheme());
            boolean http = scheme.filter(name -> name.equalsIgnoreCase("http") || name.equalsIgnoreCase("https"))
                    .isPresent();
            boolean usable = http && url.getHost() != null && url.getUserInfo() == null && url.getFragment() == null;
            if (!usable) {
                throw new IllegalArgumentException("url must be http://host[:port]/path or https://..., without a"
                        + " fragment and without user and password (write a secret as token)");
            }
        }

        /** Whether what is posted is encrypted on its way. */
        public boolean isEncrypted() {
            return url.getScheme().equalsIgnoreCase("https");
        }
    }

    public TerminalsConfig {
        if (messageSize < 1) throw new IllegalArgumentException("message-size must be at least 1 B");
        webhooks = List.copyOf(webhooks);
    }
}
