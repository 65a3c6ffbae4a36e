package posthaste.server.smtp;

import java.time.Duration;
import java.util.function.Supplier;
import posthaste.server.terminal.Terminals;

/**
 * What sessions ask others for, beside the queue.
 *
 * @param terminals what SEND, SOML and SAML write to
 * @param flushing what ETRN has tried now
 * @param turning what TURN and ATRN ask
 * @param domainCheck asked about domains of recipients where {@code relay.verify-domains} says so
 * @param filters what messages are shown before they are taken
 * @param version of the relay, for HELP STATUS
 * @param uptime since when it runs
 */
public record SessionServices(
        Terminals terminals,
        Flushing flushing,
        Turning turning,
        DomainCheck domainCheck,
        ContentFilters filters,
        String version,
        Supplier<Duration> uptime) {}
