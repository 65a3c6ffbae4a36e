package posthaste.server;

import java.util.List;
import java.util.Optional;
import posthaste.delivery.DeliveryConfig;
import posthaste.queue.QueueConfig;
import posthaste.server.admin.AdminConfig;
import posthaste.server.auth.AuthConfig;
import posthaste.server.filter.FilterConfig;
import posthaste.server.policy.AccessConfig;
import posthaste.server.policy.DirectoryConfig;
import posthaste.server.smtp.LimitsConfig;
import posthaste.server.smtp.ListenerConfig;
import posthaste.server.terminal.TerminalsConfig;
import posthaste.server.tls.TlsConfig;

/**
 * The whole configuration, one component per section of the file (docs/configuration.md).
 *
 * @param hostname our name, a valid domain
 * @param listeners where mail is taken, at least one, in the order of the file
 * @param tls the certificates that clients are shown
 * @param access what clients may do, by where they come from
 * @param auth who may log in
 * @param directory the domains whose mail ends here, and the addresses there
 * @param aliasesFile where more of these addresses are, and are read again
 * @param limits what clients may use up
 * @param filters what messages are shown before they are taken, in this order
 * @param terminals on which users take messages at once
 * @param eventLoops the threads that do the work
 * @param queue where the mail is kept; its directory is {@code data-dir}
 * @param delivery how mail is sent on, with routes, retries, reports and name resolution
 * @param admin the interface of the operator
 */
public record RelayConfig(
        String hostname,
        List<ListenerConfig> listeners,
        TlsConfig tls,
        AccessConfig access,
        AuthConfig auth,
        DirectoryConfig directory,
        Optional<AliasesFile> aliasesFile,
        LimitsConfig limits,
        List<FilterConfig> filters,
        TerminalsConfig terminals,
        EventLoopsConfig eventLoops,
        QueueConfig queue,
        DeliveryConfig delivery,
        AdminConfig admin) {

    public RelayConfig {
        listeners = List.copyOf(listeners);
        filters = List.copyOf(filters);
        if (listeners.isEmpty()) throw new IllegalArgumentException("no listener");
    }
}
