package posthaste.server;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import posthaste.server.admin.AdminConfig;
import posthaste.server.admin.BearerToken;
import posthaste.server.auth.AuthConfig;
import posthaste.server.policy.AccessConfig;
import posthaste.server.policy.Grants;
import posthaste.server.policy.TrustedNetworks;
import posthaste.server.smtp.AuthMode;
import posthaste.server.smtp.LimitsConfig;
import posthaste.server.smtp.LineEnds;
import posthaste.server.smtp.ListenerConfig;
import posthaste.server.smtp.TlsMode;

/**
 * Reads what concerns the clients: {@code [[listener]]}, {@code [relay]}, {@code [limits]}, {@code [event-loops]},
 * {@code [admin]}.
 */
final class ServerSections {
    private static final String DEFAULT_BIND = "127.0.0.1:2525";
    private static final List<String> DEFAULT_NETWORKS = List.of("127.0.0.0/8", "::1/128");
    private static final String FINGERPRINT = "sha256";
    private static final int LISTENERS_MAX = 64;
    private static final int NETWORKS_MAX = 10_000;
    private static final long MIB = 1L << 20;
    private static final long HEADER_MIN = 64 << 10;
    private static final long MESSAGE_SIZE_MIN = 64 << 10;
    private static final long MESSAGE_SIZE_MAX = 1024 * MIB;
    /** A message has one part per destination, and parts are numbered in two octets. */
    private static final int RECIPIENTS_MAX = 50_000;

    private static final int RECIPIENTS_ADVISED = 100;
    private static final int COUNT_MAX = 1_000_000;
    private static final int EVENT_LOOPS_MAX = 1_024;
    private static final Duration DELIVER_BY_MIN = Duration.ofSeconds(1);
    private static final Duration DRAIN_MAX = Duration.ofHours(1);
    private static final Duration TIMEOUT_ADVISED = Duration.ofMinutes(5);

    private final Section root;
    private final List<InetSocketAddress> bound = new ArrayList<>();
    private final List<Section> loginNeeded = new ArrayList<>();

    ServerSections(Section root) {
        this.root = root;
    }

    List<ListenerConfig> listeners() {
        List<Section> sections = root.sections("listener");
        if (sections.size() > LISTENERS_MAX) root.problem("listener", "at most " + LISTENERS_MAX + " listeners");
        if (sections.isEmpty()) {
            root.warning("listener", "there is none: mail is taken at " + DEFAULT_BIND + " only");
            bound.add(Addresses.bind(DEFAULT_BIND));
            return List.of(new ListenerConfig(bound.get(0)));
        }
        return sections.stream().map(this::listener).toList();
    }

    private ListenerConfig listener(Section section) {
        InetSocketAddress fallback = Addresses.bind(DEFAULT_BIND);
        InetSocketAddress bind = section.text("bind", DEFAULT_BIND, fallback, this::freeAddress);
        bound.add(bind);
        TlsMode tls = section.text("tls", TlsMode.OPTIONAL.text(), TlsMode.OPTIONAL, TlsMode::of);
        AuthMode auth = section.text("auth", AuthMode.OPTIONAL.text(), AuthMode.OPTIONAL, AuthMode::of);
        boolean plaintext = section.flag("allow-plaintext-auth", false);
        checkLogin(section, tls, auth, plaintext);
        if (auth == AuthMode.REQUIRED) loginNeeded.add(section);
        List<String> proxies = section.list("proxy-networks", List.of(), NETWORKS_MAX, RelayNetworks::check);
        LineEnds lineEnds = section.text("line-ends", LineEnds.STRICT.text(), LineEnds.STRICT, LineEnds::of);
        return new ListenerConfig(bind, lineEnds, tls, auth, plaintext, TrustedNetworks.parse(proxies));
    }

    /** A listener that asks for a login needs somebody who can. */
    void checkUsers(AuthConfig auth) {
        if (!auth.everyUser().isEmpty() || auth.oauth().isPresent()) return;
        for (Section each : loginNeeded) {
            each.problem(
                    "auth", "\"required\", but nobody can log in; write [[auth.user]], as posthaste user prints it");
        }
    }

    private static void checkLogin(Section section, TlsMode tls, AuthMode auth, boolean plaintext) {
        if (auth == AuthMode.REQUIRED && tls == TlsMode.OFF && !plaintext) {
            section.problem("auth", "\"required\" and tls \"off\": nobody could log in; write tls = \"required\"");
        }
        if (plaintext) {
            section.warning("allow-plaintext-auth", "true: passwords cross the network readable");
        }
    }

    private InetSocketAddress freeAddress(String text) {
        InetSocketAddress bind = Addresses.bind(text);
        for (InetSocketAddress other : bound) {
            if (clash(bind, other)) {
                throw new IllegalArgumentException("%s is taken by the listener at %s; give each its own port"
                        .formatted(Section.shown(text), Addresses.format(other)));
            }
        }
        return bind;
    }

    private static boolean clash(InetSocketAddress one, InetSocketAddress other) {
        if (one.getPort() != other.getPort() || one.getPort() == 0) return false;
        InetAddress first = one.getAddress();
        InetAddress second = other.getAddress();
        boolean everywhere = first.isAnyLocalAddress() || second.isAnyLocalAddress();
        return first.equals(second) || (everywhere && first.getClass().equals(second.getClass()));
    }

    /** @param grants who may fetch mail */
    AccessConfig access(Grants grants) {
        Section section = root.section("relay");
        List<String> networks = section.list("networks", DEFAULT_NETWORKS, NETWORKS_MAX, RelayNetworks::check);
        if (networks.isEmpty()) {
            section.warning("networks", "empty: nobody may relay, mail for local addresses alone is taken");
        }
        List<String> refused = section.list("refused-networks", List.of(), NETWORKS_MAX, ServerSections::network);
        List<String> etrn = section.list("etrn-networks", List.of(), NETWORKS_MAX, ServerSections::network);
        boolean verify = section.flag("verify-domains", false);
        List<String> xclient = section.list("xclient-networks", List.of(), NETWORKS_MAX, RelayNetworks::check);
        List<String> certificates =
                section.list("client-certificates", List.of(), NETWORKS_MAX, ServerSections::certificate);
        return new AccessConfig(
                TrustedNetworks.parse(networks),
                TrustedNetworks.parse(refused),
                TrustedNetworks.parse(etrn),
                Set.copyOf(certificates),
                grants,
                TrustedNetworks.parse(xclient),
                verify);
    }

    private static String network(String cidr) {
        TrustedNetworks.parse(List.of(cidr));
        return cidr;
    }

    /** A fingerprint as OpenSSL prints it, or a name. */
    private static String certificate(String text) {
        String fingerprint = text.toLowerCase(Locale.ROOT).replace(":", "");
        if (!fingerprint.startsWith(FINGERPRINT)) {
            if (text.contains(".")) return text.toLowerCase(Locale.ROOT);
        } else if (fingerprint.substring(FINGERPRINT.length()).matches("[0-9a-f]{64}")) {
            return fingerprint.substring(FINGERPRINT.length());
        }
        throw new IllegalArgumentException(Section.shown(text)
                + " is neither \"sha256:\" and 64 hexadecimal digits nor a name;"
                + " openssl x509 -noout -fingerprint -sha256 -in FILE prints the digits");
    }

    LimitsConfig limits() {
        Section section = root.section("limits");
        LimitsConfig fallback = LimitsConfig.DEFAULT;
        long messageSize = section.size("message-size", MESSAGE_SIZE_MIN, MESSAGE_SIZE_MAX, fallback.messageSize());
        int recipients = section.integer("recipients", 1, RECIPIENTS_MAX, fallback.recipients());
        int connections = section.integer("connections", 1, COUNT_MAX, fallback.connections());
        int perClient = section.integer("connections-per-client", 1, COUNT_MAX, fallback.connectionsPerClient());
        Duration command = section.timeout("command-timeout", fallback.commandTimeout());
        Duration data = section.timeout("data-timeout", fallback.dataTimeout());
        int errors = section.integer("errors", 1, COUNT_MAX, fallback.errors());
        int junk = section.integer("junk-commands", 1, COUNT_MAX, fallback.junkCommands());
        Duration drain = section.duration("drain-timeout", Duration.ZERO, DRAIN_MAX, fallback.drainTimeout());
        Optional<Integer> perConnection = section.optionalInteger("messages-per-connection", 1, COUNT_MAX);
        Duration deliverBy = section.duration("deliver-by-min", DELIVER_BY_MIN, fallback.deliverByMin());
        Duration hold = section.duration("hold-max", Duration.ZERO, fallback.holdMax());
        LimitsConfig.Guards guards = guards(section, fallback.guards());
        if (recipients < RECIPIENTS_ADVISED) {
            section.warning("recipients", "RFC 5321 section 4.5.3.1.8 asks for at least " + RECIPIENTS_ADVISED);
        }
        if (command.compareTo(TIMEOUT_ADVISED) < 0) {
            section.warning("command-timeout", "RFC 5321 section 4.5.3.2.7 asks for at least 5m");
        }
        return section.build(
                () -> new LimitsConfig(
                        messageSize,
                        recipients,
                        connections,
                        perClient,
                        command,
                        data,
                        errors,
                        junk,
                        drain,
                        perConnection,
                        deliverBy,
                        hold,
                        guards),
                () -> fallback);
    }

    private static LimitsConfig.Guards guards(Section section, LimitsConfig.Guards fallback) {
        int perNetwork = section.integer("connections-per-network", 1, COUNT_MAX, fallback.connectionsPerNetwork());
        Optional<Integer> connections = section.optionalInteger("connections-per-minute", 1, COUNT_MAX);
        Optional<Integer> messages = section.optionalInteger("messages-per-minute", 1, COUNT_MAX);
        long rate = section.size("data-rate-min", 0, MIB, fallback.dataRateMin());
        long header = section.size("header-size", HEADER_MIN, MESSAGE_SIZE_MAX, fallback.headerSize());
        return new LimitsConfig.Guards(perNetwork, connections, messages, rate, header);
    }

    EventLoopsConfig eventLoops() {
        Section section = root.section("event-loops");
        Optional<Integer> count = section.optionalInteger("count", "one per core", 1, EVENT_LOOPS_MAX);
        EventLoopsConfig.Kind fallback = EventLoopsConfig.DEFAULT.transport();
        return new EventLoopsConfig(
                count, section.text("transport", fallback.text(), fallback, EventLoopsConfig.Kind::of));
    }

    AdminConfig admin() {
        Section section = root.section("admin");
        AdminConfig fallback = AdminConfig.defaults();
        InetSocketAddress bind =
                section.text("bind", Addresses.format(fallback.bind()), fallback.bind(), this::freeAddress);
        Optional<BearerToken> token = section.optionalText("token", BearerToken::new);
        return section.build(() -> new AdminConfig(bind, token), () -> fallback);
    }
}
