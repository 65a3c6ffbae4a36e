package posthaste.server.smtp;

import java.time.Duration;
import posthaste.queue.MailQueue;
import posthaste.server.auth.Authentication;
import posthaste.server.policy.RelayPolicy;
import posthaste.server.tls.ServerTls;

/**
 * What every session of the process has in common. Give the same one to each listener: it also holds what they share.
 *
 * @param hostname our name in the greeting and in Received fields
 * @param limits what clients may use up
 * @param policy who may hand in mail for whom
 * @param reportLifetime how long mail from the null reverse-path is kept: the setting {@code retry.expire-bounce}
 * @param queue where accepted mail goes; its clock dates the mail
 * @param tls the certificates of the listeners
 * @param authentication who clients are
 * @param services what else sessions ask for
 * @param metrics what is counted
 * @param connections the connections that are open now
 * @param pace how often clients connect, and begin messages
 * @param memory whether there is enough of it
 */
public record SessionSettings(
        String hostname,
        LimitsConfig limits,
        RelayPolicy policy,
        Duration reportLifetime,
        MailQueue queue,
        ServerTls tls,
        Authentication authentication,
        SessionServices services,
        ServerMetrics metrics,
        ConnectionCounts connections,
        Pace pace,
        Memory memory) {

    /** How often clients do what costs others something. */
    record Pace(ClientPace connections, ClientPace messages) {
        static Pace of(LimitsConfig.Guards guards) {
            return new Pace(
                    new ClientPace(guards.connectionsPerMinute(), System::nanoTime),
                    new ClientPace(guards.messagesPerMinute(), System::nanoTime));
        }
    }

    public SessionSettings(
            String hostname,
            LimitsConfig limits,
            RelayPolicy policy,
            Duration reportLifetime,
            MailQueue queue,
            ServerTls tls,
            Authentication authentication,
            SessionServices services,
            ServerMetrics metrics) {
        this(
                hostname,
                limits,
                policy,
                reportLifetime,
                queue,
                tls,
                authentication,
                services,
                metrics,
                new ConnectionCounts(limits),
                Pace.of(limits.guards()),
                Memory.ofProcess());
        metrics.observe(connections);
    }
}
