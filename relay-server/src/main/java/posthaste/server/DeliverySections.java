package posthaste.server;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import posthaste.delivery.BounceConfig;
import posthaste.delivery.DeliveryConfig;
import posthaste.delivery.DeliveryConfig.Timeouts;
import posthaste.delivery.DnsConfig;
import posthaste.delivery.RetryConfig;
import posthaste.delivery.RouteConfig;
import posthaste.delivery.RouteConfig.HostPort;
import posthaste.delivery.route.Network;
import posthaste.server.policy.MailboxText;
import posthaste.smtp.Mailbox;

/**
 * Reads what concerns the way out: {@code [dns]}, {@code [delivery]}, {@code [[route]]}, {@code [retry]},
 * {@code [bounce]}.
 */
final class DeliverySections {
    private static final int ROUTES_MAX = 10_000;
    private static final int LIST_MAX = 1_000;
    private static final int NEXT_HOPS_MAX = 16;
    private static final int SERVERS_ASKED = 4;
    private static final int PORT_DNS = 53;
    private static final int PORT_SMTP = 25;
    private static final int PORT_MAX = 65_535;
    private static final int CONNECTIONS_MAX = 10_000;
    private static final int MESSAGES_MAX = 1_000_000;
    private static final double MULTIPLIER_MAX = 100;
    private static final Duration DELAY_MIN = Duration.ofMillis(100);
    private static final Duration EXPIRE_ADVISED = Duration.ofDays(4);
    private static final List<String> TLS = List.of("none", "opportunistic", "required", "verified");
    private static final List<String> TLS_POSSIBLE = List.of("none", "opportunistic");

    private final Section root;
    private final String hostname;

    DeliverySections(Section root, String hostname) {
        this.root = root;
        this.hostname = hostname;
    }

    BounceConfig bounce() {
        Section section = root.section("bounce");
        Optional<Mailbox> postmaster = section.optionalText("postmaster", DeliverySections::mailbox);
        if (!section.has("postmaster")) {
            section.warning("postmaster", "absent: mail to the postmaster of this relay is held for an operator");
        }
        return new BounceConfig(postmaster);
    }

    private static Mailbox mailbox(String text) {
        return MailboxText.parse(text)
                .orElseThrow(() -> new IllegalArgumentException(
                        Section.shown(text) + " is not an address; write \"postmaster@example.org\""));
    }

    List<RouteConfig> routes() {
        List<Section> sections = root.sections("route");
        if (sections.size() > ROUTES_MAX) root.problem("route", "at most " + ROUTES_MAX + " routes");
        return sections.stream().limit(ROUTES_MAX).map(DeliverySections::route).toList();
    }

    private static RouteConfig route(Section section) {
        List<String> match = section.list("match", "required", List.of(), LIST_MAX, HostNames::pattern);
        List<HostPort> nextHops = section.list(
                "next-hop", "required", List.of(), NEXT_HOPS_MAX, text -> Addresses.hostPort(text, PORT_SMTP));
        section.choice("tls", TLS, TLS_POSSIBLE, "that of [delivery]", "TLS towards next hops");
        section.absent("username", "AUTH towards next hops");
        section.absent("password", "AUTH towards next hops");
        return section.build(
                () -> new RouteConfig(match, nextHops),
                () -> new RouteConfig(List.of("*"), List.of(new HostPort("localhost", PORT_SMTP))));
    }

    DeliveryConfig read(List<RouteConfig> routes, BounceConfig bounce) {
        Section section = root.section("delivery");
        DeliveryConfig fallback = DeliveryConfig.defaults(hostname);
        int port = section.integer("port", 1, PORT_MAX, fallback.port());
        List<String> sources =
                section.list("source-addresses", fallback.sourceAddresses(), LIST_MAX, this::sourceAddress);
        List<String> refused =
                section.list("refuse-networks", fallback.refuseNetworks(), LIST_MAX, DeliverySections::network);
        int connections = section.integer("connections-per-site", 1, CONNECTIONS_MAX, fallback.connectionsPerSite());
        int messages = section.integer("messages-per-connection", 1, MESSAGES_MAX, fallback.messagesPerConnection());
        section.choice("tls", TLS, TLS_POSSIBLE, "opportunistic", "TLS towards other hosts");
        warnOfDelivery(section, port, refused, sources);
        Timeouts timeouts = timeouts(section.section("timeouts"));
        RetryConfig retry = retry();
        DnsConfig dns = dns();
        return section.build(
                () -> DeliveryConfig.with(hostname)
                        .port(port)
                        .sourceAddresses(sources)
                        .refuseNetworks(refused)
                        .connectionsPerSite(connections)
                        .messagesPerConnection(messages)
                        .timeouts(timeouts)
                        .retry(retry)
                        .bounce(bounce)
                        .dns(dns)
                        .routes(routes)
                        .build(),
                () -> fallback);
    }

    private String sourceAddress(String text) {
        return Addresses.address(text).getHostAddress();
    }

    private static String network(String text) {
        Network.parse(text);
        return text;
    }

    private static void warnOfDelivery(Section section, int port, List<String> refused, List<String> sources) {
        if (port != PORT_SMTP) section.warning("port", "mail servers of the Internet listen on port 25");
        if (refused.isEmpty()) {
            section.warning(
                    "refuse-networks",
                    "empty: whoever controls an MX record can make the relay connect to services of this machine");
        }
        for (String source : sources) {
            if (!isOurs(Addresses.address(source))) {
                section.warning("source-addresses", source + " is not an address of this machine");
            }
        }
    }

    private static boolean isOurs(InetAddress address) {
        try {
            return NetworkInterface.getByInetAddress(address) != null;
        } catch (SocketException unknown) {
            return true;
        }
    }

    /** Where one wait is part of another, it is never the longer one. */
    private static Timeouts timeouts(Section section) {
        Timeouts fallback = Timeouts.DEFAULT;
        Duration connect = section.timeout("connect", fallback.connect());
        Duration greeting = advised(section, "greeting", fallback.greeting());
        Duration command = advised(section, "command", fallback.command());
        Duration dataReply = advised(section, "data-reply", fallback.dataReply());
        Duration data = advised(section, "data", fallback.data());
        Duration finalDot = advised(section, "final-dot", fallback.finalDot());
        Duration handshake = section.timeout("tls-handshake", fallback.tlsHandshake());
        return new Timeouts(
                connect, greeting, command, shorter(dataReply, data), data, finalDot, shorter(handshake, command));
    }

    /** The defaults are the least that the RFC asks for. */
    private static Duration advised(Section section, String key, Duration fallback) {
        Duration timeout = section.timeout(key, fallback);
        if (timeout.compareTo(fallback) < 0) {
            section.warning(key, "RFC 5321 section 4.5.3.2 asks for at least %s".formatted(Durations.format(fallback)));
        }
        return timeout;
    }

    private static Duration shorter(Duration one, Duration other) {
        return one.compareTo(other) < 0 ? one : other;
    }

    private RetryConfig retry() {
        Section section = root.section("retry");
        RetryConfig fallback = RetryConfig.DEFAULT;
        Duration initial = section.duration("initial-delay", DELAY_MIN, fallback.initialDelay());
        double multiplier = section.decimal("multiplier", 1, MULTIPLIER_MAX, fallback.multiplier());
        Duration max = section.duration("max-delay", DELAY_MIN, fallback.maxDelay());
        Duration expire = section.duration("expire", DELAY_MIN, fallback.expire());
        Duration expireBounce = section.duration("expire-bounce", DELAY_MIN, fallback.expireBounce());
        Duration notice = section.duration("delay-notice", DELAY_MIN, fallback.delayNotice());
        Duration ambiguous = section.duration("ambiguous-delay", DELAY_MIN, fallback.ambiguousDelay());
        if (expire.compareTo(EXPIRE_ADVISED) < 0) {
            section.warning("expire", "RFC 5321 section 4.5.4.1 asks for at least 4 to 5 days");
        }
        if (notice.compareTo(expire) >= 0) {
            section.warning("delay-notice", "not before expire: no such notice is ever sent");
        }
        return section.build(
                () -> new RetryConfig(initial, multiplier, max, expire, expireBounce, notice, shorter(ambiguous, max)),
                () -> fallback);
    }

    private DnsConfig dns() {
        Section section = root.section("dns");
        List<InetSocketAddress> servers = section.list(
                "servers",
                "those of the system",
                DnsConfig.DEFAULT.servers(),
                LIST_MAX,
                text -> Addresses.server(text, PORT_DNS));
        if (servers.size() > SERVERS_ASKED) {
            section.warning("servers", "only the first " + SERVERS_ASKED + " are asked");
        }
        Duration timeout = section.timeout("timeout", DnsConfig.DEFAULT.timeout());
        return new DnsConfig(servers, timeout);
    }
}
