package posthaste.server;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import posthaste.delivery.DeliveryConfig;
import posthaste.delivery.RouteConfig;
import posthaste.delivery.RouteConfig.HostPort;
import posthaste.queue.QueueConfig;
import posthaste.server.admin.AdminConfig;
import posthaste.server.filter.FilterConfig;
import posthaste.server.policy.Alias;
import posthaste.server.policy.DirectoryConfig;
import posthaste.server.policy.LocalDomains;
import posthaste.server.policy.TrustedNetworks;
import posthaste.server.smtp.AuthMode;
import posthaste.server.smtp.LimitsConfig;
import posthaste.server.smtp.LineEnds;
import posthaste.server.smtp.ListenerConfig;
import posthaste.server.smtp.TlsMode;
import posthaste.server.terminal.TerminalsConfig;
import posthaste.smtp.Mailbox;

class ConfigReaderTest {
    private static final String MACHINE = "mail.machine.example";

    private static RelayConfig usable(String toml) {
        ConfigReading reading = ConfigReader.read("posthaste.toml", toml, MACHINE);
        assertThat(reading).as("%s", reading).isInstanceOf(ConfigReading.Usable.class);
        return ((ConfigReading.Usable) reading).config();
    }

    private static List<String> problems(String toml) {
        ConfigReading reading = ConfigReader.read("posthaste.toml", toml, MACHINE);
        if (!(reading instanceof ConfigReading.Refused refused)) return List.of();
        return refused.problems().stream().map(ConfigProblem::toString).toList();
    }

    private static List<String> warnings(String toml) {
        return ConfigReader.read("posthaste.toml", toml, MACHINE).warnings().stream()
                .map(ConfigProblem::toString)
                .toList();
    }

    @Test
    void anEmptyFileMeansTheDefaults() {
        RelayConfig config = usable("");

        assertThat(config.hostname()).isEqualTo(MACHINE);
        assertThat(config.listeners()).containsExactly(new ListenerConfig(Addresses.bind("127.0.0.1:2525")));
        assertThat(config.limits()).isEqualTo(LimitsConfig.DEFAULT);
        assertThat(config.queue()).isEqualTo(QueueConfig.defaults(Path.of("posthaste-data")));
        assertThat(config.delivery()).isEqualTo(DeliveryConfig.defaults(MACHINE));
        assertThat(config.admin()).isEqualTo(AdminConfig.defaults());
        assertThat(config.eventLoops()).isEqualTo(EventLoopsConfig.DEFAULT);
        assertThat(config.directory())
                .isEqualTo(DirectoryConfig.of(LocalDomains.of(MACHINE, List.of(MACHINE), Optional.empty())));
        assertThat(config.terminals()).isEqualTo(TerminalsConfig.DEFAULT);
        assertThat(config.access().networks().contains(address("127.9.9.9"))).isTrue();
        assertThat(config.access().networks().contains(address("::1"))).isTrue();
        assertThat(config.access().networks().contains(address("192.0.2.1"))).isFalse();
    }

    private static InetAddress address(String text) {
        return Addresses.address(text);
    }

    @Test
    void withoutAFileOnlyThisMachineIsServed() {
        ConfigReading reading = ConfigReader.defaults();

        assertThat(reading).isInstanceOf(ConfigReading.Usable.class);
        assertThat(((ConfigReading.Usable) reading).config().listeners())
                .containsExactly(new ListenerConfig(Addresses.bind("127.0.0.1:2525")));
        assertThat(reading.warnings())
                .singleElement()
                .asString()
                .isEqualTo("(defaults): no --config FILE: only this machine may hand in mail");
    }

    @Test
    void everyKeyReachesItsPlace() {
        RelayConfig config = usable("""
                hostname = "relay.example.org"
                data-dir = "/var/lib/posthaste"
                [[listener]]
                bind = "0.0.0.0:25"
                tls = "off"
                auth = "off"
                allow-plaintext-auth = false
                proxy-networks = []
                [[listener]]
                bind = "[::1]:587"
                allow-plaintext-auth = true
                [relay]
                networks = ["10.0.0.0/8"]
                xclient-networks = []
                etrn-networks = ["10.1.0.0/16"]
                refused-networks = ["10.2.0.0/16"]
                verify-domains = true
                client-certificates = ["SHA256:00:11:22:33:44:55:66:77:88:99:AA:BB:CC:DD:EE:FF:00:11:22:33:44:55:66:77:88:99:AA:BB:CC:DD:EE:FF"]
                [limits]
                message-size = "1 MiB"
                recipients = 200
                connections = 11
                connections-per-client = 12
                command-timeout = "6m"
                data-timeout = "1m30s"
                errors = 13
                junk-commands = 14
                drain-timeout = "0s"
                messages-per-connection = 15
                deliver-by-min = "16s"
                hold-max = "17d"
                connections-per-network = 18
                connections-per-minute = 19
                messages-per-minute = 20
                data-rate-min = "21 B"
                header-size = "65 KiB"
                [event-loops]
                count = 3
                transport = "nio"
                [queue]
                free-space-reserve = 0
                write-buffers = "16 MiB"
                wal-size = "17 MiB"
                block-cache = "0 B"
                body-memory = 2097152
                chunk = "8 KiB"
                group-max = 18
                event-age = "1d"
                event-size = "2 GiB"
                [dns]
                servers = ["127.0.0.1:5300", "::1", "[::1]:54"]
                timeout = "200ms"
                [delivery]
                port = 2526
                source-addresses = ["127.0.0.1"]
                refuse-networks = ["192.0.2.0/24"]
                connections-per-site = 19
                messages-per-connection = 20
                tls = "none"
                [delivery.timeouts]
                connect = "1s"
                greeting = "2s"
                command = "3s"
                data-reply = "4s"
                data = "5s"
                final-dot = "6s"
                tls-handshake = "1s"
                [directory]
                domains = ["Example.ORG"]
                disclose = true
                verify = false
                [[alias]]
                address = "Ops@example.org"
                members = ["a@example.net", "b@example.net"]
                full-name = "Operations"
                [[alias]]
                address = "old@example.org"
                members = ["new@example.net"]
                state = "moved"
                [terminals]
                enabled = false
                message-size = "8 KiB"
                [[terminal]]
                address = "duty@example.com"
                url = "https://hooks.example.com:8443/duty?a=b"
                token = "hook-secret"
                [[route]]
                match = ["Example.net", "*.example.net"]
                next-hop = ["smart.example.com", "192.0.2.7:2525", "[2001:db8::7]:26"]
                tls = "opportunistic"
                [retry]
                initial-delay = "1s"
                multiplier = 3
                max-delay = "2s"
                expire = "3d"
                expire-bounce = "2d"
                delay-notice = "1h"
                ambiguous-delay = "1500ms"
                [bounce]
                postmaster = "postmaster@example.com"
                [admin]
                bind = "0.0.0.0:0"
                token = "0123456789abcdef"
                """);

        assertThat(config.hostname()).isEqualTo("relay.example.org");
        assertThat(config.listeners())
                .containsExactly(
                        new ListenerConfig(
                                Addresses.bind("0.0.0.0:25"), LineEnds.STRICT, TlsMode.OFF, AuthMode.OFF, false),
                        new ListenerConfig(
                                Addresses.bind("[::1]:587"),
                                LineEnds.STRICT,
                                TlsMode.OPTIONAL,
                                AuthMode.OPTIONAL,
                                true));
        assertThat(config.access().networks().contains(address("10.1.2.3"))).isTrue();
        assertThat(config.access().networks().contains(address("127.0.0.1"))).isFalse();
        assertThat(config.access().clientCertificates()).containsExactly("00112233445566778899aabbccddeeff".repeat(2));
        assertThat(config.eventLoops()).isEqualTo(new EventLoopsConfig(Optional.of(3), EventLoopsConfig.Kind.NIO));
        assertThat(config.limits())
                .isEqualTo(new LimitsConfig(
                        1 << 20,
                        200,
                        11,
                        12,
                        Duration.ofMinutes(6),
                        Duration.ofSeconds(90),
                        13,
                        14,
                        Duration.ZERO,
                        Optional.of(15),
                        Duration.ofSeconds(16),
                        Duration.ofDays(17),
                        new LimitsConfig.Guards(18, Optional.of(19), Optional.of(20), 21, 65 << 10)));
        assertThat(config.queue())
                .isEqualTo(new QueueConfig(
                        Path.of("/var/lib/posthaste"),
                        0,
                        16 << 20,
                        17 << 20,
                        0,
                        2 << 20,
                        8192,
                        18,
                        Duration.ofDays(1),
                        2L << 30));
        DeliveryConfig delivery = config.delivery();
        assertThat(delivery.dns().servers())
                .containsExactly(
                        Addresses.bind("127.0.0.1:5300"), Addresses.bind("[::1]:53"), Addresses.bind("[::1]:54"));
        assertThat(delivery.dns().timeout()).isEqualTo(Duration.ofMillis(200));
        assertThat(delivery.port()).isEqualTo(2526);
        assertThat(delivery.sourceAddresses()).containsExactly("127.0.0.1");
        assertThat(delivery.refuseNetworks()).containsExactly("192.0.2.0/24");
        assertThat(delivery.connectionsPerSite()).isEqualTo(19);
        assertThat(delivery.messagesPerConnection()).isEqualTo(20);
        assertThat(delivery.timeouts())
                .isEqualTo(new DeliveryConfig.Timeouts(
                        Duration.ofSeconds(1),
                        Duration.ofSeconds(2),
                        Duration.ofSeconds(3),
                        Duration.ofSeconds(4),
                        Duration.ofSeconds(5),
                        Duration.ofSeconds(6),
                        Duration.ofSeconds(1)));
        assertThat(delivery.routes())
                .containsExactly(new RouteConfig(
                        List.of("example.net", "*.example.net"),
                        List.of(
                                new HostPort("smart.example.com", 25),
                                new HostPort("192.0.2.7", 2525),
                                new HostPort("2001:db8::7", 26))));
        assertThat(delivery.retry().multiplier()).isEqualTo(3.0);
        assertThat(delivery.retry().expire()).isEqualTo(Duration.ofDays(3));
        assertThat(delivery.retry().ambiguousDelay()).isEqualTo(Duration.ofMillis(1500));
        assertThat(delivery.bounce().postmaster()).contains(new Mailbox("postmaster", "example.com"));
        assertThat(config.access().etrnNetworks().contains(address("10.1.2.3"))).isTrue();
        assertThat(config.access().etrnNetworks().contains(address("10.2.2.3"))).isFalse();
        assertThat(config.access().refusedNetworks().contains(address("10.2.2.3")))
                .isTrue();
        assertThat(config.access().verifyDomains()).isTrue();
        assertThat(config.directory().local().domains()).containsExactly("example.org");
        assertThat(config.directory().disclose()).isTrue();
        assertThat(config.directory().answers()).isFalse();
        assertThat(config.directory().aliases())
                .containsExactly(
                        new Alias(
                                new Mailbox("Ops", "example.org"),
                                List.of(new Mailbox("a", "example.net"), new Mailbox("b", "example.net")),
                                Optional.of("Operations"),
                                Alias.State.ACTIVE),
                        new Alias(
                                new Mailbox("old", "example.org"),
                                List.of(new Mailbox("new", "example.net")),
                                Optional.empty(),
                                Alias.State.MOVED));
        assertThat(config.terminals().enabled()).isFalse();
        assertThat(config.terminals().messageSize()).isEqualTo(8192);
        assertThat(config.terminals().webhooks()).singleElement().satisfies(webhook -> {
            assertThat(webhook.address()).isEqualTo(new Mailbox("duty", "example.com"));
            assertThat(webhook.url()).hasToString("https://hooks.example.com:8443/duty?a=b");
            assertThat(webhook.token()).isPresent();
        });
        assertThat(config.toString()).doesNotContain("hook-secret");
        assertThat(config.admin().bind()).isEqualTo(Addresses.bind("0.0.0.0:0"));
        assertThat(config.admin().token()).isPresent();
    }

    @Test
    void aWaitThatIsPartOfAnotherIsNeverLonger() {
        DeliveryConfig delivery = usable("""
                        [delivery.timeouts]
                        command = "10s"
                        data = "20s"
                        [retry]
                        max-delay = "6m"
                        """).delivery();

        assertThat(delivery.timeouts().tlsHandshake()).isEqualTo(Duration.ofSeconds(10));
        assertThat(delivery.timeouts().dataReply()).isEqualTo(Duration.ofSeconds(20));
        assertThat(delivery.retry().ambiguousDelay()).isEqualTo(Duration.ofMinutes(6));
    }

    @Test
    void everyProblemIsToldAtOnceInTheOrderOfTheFile() {
        List<String> problems = problems("""
                hostnam = "relay.example.org"
                [limits]
                recipients = "many"
                errors = 0
                [retry]
                  max-delay = "1m"
                [[listener]]
                bind = "localhost:25"
                """);

        assertThat(problems)
                .containsExactly(
                        "posthaste.toml:1:1: hostnam: unknown key; did you mean hostname?",
                        "posthaste.toml:3:1: limits.recipients: expected an integer of 1 to 50000, found a string",
                        "posthaste.toml:4:1: limits.errors: expected an integer of 1 to 1000000, found 0",
                        "posthaste.toml:6:3: retry.max-delay: max-delay must not be shorter than initial-delay",
                        "posthaste.toml:8:1: listener.bind: \"localhost:25\" has no IP address; names are not looked up"
                                + " here: write \"127.0.0.1\" or \"[::1]\" (\"0.0.0.0\" or \"[::]\" for every address of"
                                + " the machine)");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
                    hostname = 5                                   | 1:1: hostname: expected a string in quotes, found an integer
                    hostname = "a b"                               | is no domain name
                    hostname = "192.0.2.1"                         | is no domain name
                    hostname = "-a.example"                        | is no domain name
                    data-dir = " "                                 | is not the path of a directory
                    listener = {bind = "127.0.0.1:25"}             | begun by [[listener]]
                    listener = 5                                   | begun by [[listener]]
                    limits = 5                                     | expected a table, [limits], found an integer
                    listener = [{bind = "127.0.0.1"}]              | has no port; write address:port
                    listener = [{bind = "127.0.0.1:66000"}]        | the port must be 0 to 65535
                    listener = [{bind = "127.0.0.1:x"}]            | the port must be 0 to 65535
                    listener = [{bind = "::1:25"}]                 | has no port
                    listener = [{bind = "[::1]25"}]                | only :port may follow the bracket
                    listener = [{bind = "[fe80::1%eth0]:25"}]      | has no IP address
                    listener = [{bind = "1.2.3.4:25"}, {bind = "0.0.0.0:25"}] | is taken by the listener at 1.2.3.4:25
                    admin.bind = "127.0.0.1:2525"                  | is taken by the listener at 127.0.0.1:2525
                    admin.bind = "192.0.2.1:8025"                  | token must be set
                    admin.token = "secret"                         | expected 16 to 512
                    limits.message-size = "5 MB"                   | is not a size; write a number of octets or "64 KiB"
                    limits.message-size = 1.5                      | 1.5 is not a size
                    limits.message-size = -1                       | -1 is not a size
                    limits.message-size = "99999999999999 GiB"     | is not a size
                    limits.message-size = "1 KiB"                  | is out of range: 64 KiB to 1 GiB
                    limits.command-timeout = 300                   | 300 is not a duration; write "200ms"
                    limits.command-timeout = "5 minutes"           | is not a duration
                    limits.command-timeout = ""                    | is not a duration
                    limits.command-timeout = "5m1h"                | is not a duration
                    limits.command-timeout = "2d"                  | is out of range: 100ms to 1d
                    retry.multiplier = "2"                         | expected a number of 1.0 to 100.0, found "2"
                    retry.multiplier = 0.5                         | expected a number of 1.0 to 100.0, found 0.5
                    retry.multiplier = nan                         | expected a number of 1.0 to 100.0
                    relay.networks = "10.0.0.0/8"                  | expected a list of strings, such as ["..."], found a string
                    relay.networks = [5]                           | expected a string in quotes, found an integer
                    relay.networks = ["10.0.0.0/33"]               | expected a prefix of 0 to 32 bits
                    relay.networks = ["10.0.0.1/8"]                | write the first address of the network
                    dns.servers = ["resolver.example"]             | has no IP address
                    dns.servers = ["127.0.0.1:0"]                  | the port must be 1 to 65535
                    delivery.port = 0                              | expected an integer of 1 to 65535, found 0
                    delivery.refuse-networks = ["nonsense"]        | not a network such as 10.0.0.0/8
                    delivery.source-addresses = ["any"]            | has no IP address
                    delivery.timeouts.connect = "0s"               | is out of range: 100ms to 1d
                    delivery.timeouts.conect = "1s"                | unknown key; did you mean connect?
                    route = [{next-hop = ["a.example"]}]           | route.match: match names no domain
                    route = [{match = ["*"]}]                      | route.next-hop: next-hop names no host
                    route = [{match = ["*.*"], next-hop = ["a"]}]  | is no domain name
                    route = [{match = ["*"], next-hop = ["1.2.3"]}] | names no host
                    route = [{match = ["*"], next-hop = ["a b"]}]  | names no host
                    bounce.postmaster = "postmaster"               | is not an address
                    bounce.postmaster = "a@b> SIZE=1"              | is not an address
                    bounce.postmaster = "Postmaster"               | is not an address
                    directory.domains = []                         | names no domain
                    directory.disclose = "yes"                     | directory.disclose: expected true or false without quotes, found a string
                    relay.verify-domains = 1                       | expected true or false without quotes, found an integer
                    relay.refused-networks = ["10.0.0.1/8"]        | write the first address of the network
                    relay.etrn-networks = ["everybody"]            | expected an IPv4 or IPv6 address
                    limits.deliver-by-min = "0s"                   | is out of range: 1s to 365d
                    limits.deliver-by-min = "1s500ms"              | deliver-by-min must be whole seconds
                    limits.hold-max = "1500ms"                     | hold-max must be whole seconds
                    limits.hold-max = "366d"                       | is out of range: 0s to 365d
                    alias = 5                                      | begun by [[alias]]
                    alias = [{state = "full"}]                     | alias.address: missing; write "name@example.org"
                    alias = [{address = "ops", members = ["a@b.c"]}] | alias.address: "ops" is not an address; write "name@example.org"
                    alias = [{address = "a@mail.machine.example"}] | alias.members: members must name who gets the mail
                    alias = [{address = "a@mail.machine.example", members = ["b"]}] | alias.members: "b" is not an address
                    alias = [{address = "a@example.net", members = ["b@c.d"]}] | is in no local domain; add example.net to directory.domains
                    alias = [{address = "Postmaster@mail.machine.example", members = ["b@c.d"]}] | is set by bounce.postmaster
                    alias = [{address = "a@mail.machine.example", members = ["b@c.d"], state = "gone"}] | "gone" is none of the states; write "active", "forwarded", "moved", "hold", "full", "ambiguous"
                    alias = [{address = "a@mail.machine.example", members = ["b@c.d", "e@c.d"], state = "moved"}] | members must be the one new address where state is "moved"
                    alias = [{address = "a@mail.machine.example", state = "forwarded"}] | members must be the one new address where state is "forwarded"
                    alias = [{address = "a@mail.machine.example", members = ["b@c.d"], state = "ambiguous"}] | members must be the two or more possibilities
                    alias = [{address = "a@mail.machine.example", members = ["b@c.d"], full-name = "<a>"}] | alias.full-name: "<a>" is no name
                    alias = [{address = "a@mail.machine.example", members = ["A@mail.machine.example"]}] | they lead back to "a@mail.machine.example" only
                    alias = [{address = "a@mail.machine.example", state = "full"}, {address = "A@Mail.Machine.Example", state = "hold"}] | 1:65: alias.address: "A@Mail.Machine.Example" is there before, as alias 1 of the file
                    alias = [{address = "a@mail.machine.example", member = [], state = "full"}] | unknown key; did you mean members?
                    terminals.message-size = "2 MiB"               | is out of range: 1 KiB to 1 MiB
                    terminals.enabled = "on"                       | expected true or false
                    terminal = [{address = "a@b.c"}]               | terminal.url: missing
                    terminal = [{url = "http://127.0.0.1/"}]       | terminal.address: missing
                    terminal = [{address = "a", url = "http://127.0.0.1/"}] | terminal.address: "a" is not an address
                    terminal = [{address = "a@b.c", url = "ftp://127.0.0.1/"}] | terminal.url: url must be http://host[:port]/path
                    terminal = [{address = "a@b.c", url = "127.0.0.1"}] | terminal.url: url must be http
                    terminal = [{address = "a@b.c", url = "http://a b/"}] | terminal.url: is not a URL; write "https://host/path"
                    terminal = [{address = "a@b.c", url = "https://h.i/", token = "a b"}] | terminal.token: expected 1 to 512 letters
                    frobnicate = 1                                 | unknown key; known here: admin, alias, auth, bounce
                    hostname = yes                                 | 1:
                    hostname = "a"\\nhostname = "b"                | 2:1
                    """)
    void whatIsWrongIsToldWithItsRemedy(String toml, String expected) {
        assertThat(problems(toml.replace("\\n", "\n")))
                .hasSize(1)
                .first()
                .asString()
                .contains(expected);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "0.0.0.0/0",
                "0.0.0.0/1",
                "64.0.0.0/7",
                "::/0",
                "2000::/3",
                "::/15",
                "::ffff:0:0/96",
                "::ffff:0:0/103"
            })
    void noConfigurationMakesAnOpenRelay(String network) {
        String list = " = [\"" + network + "\"]";
        for (String key : List.of(
                "relay.networks" + list, "relay.xclient-networks" + list, "[[listener]]\nproxy-networks" + list)) {
            assertThat(problems(key))
                    .singleElement()
                    .asString()
                    .contains("would make an open relay; name the networks of your own hosts");
        }
    }

    @Test
    void hostsThatSpeakForOthersReachTheirPlaces() {
        RelayConfig config = usable("""
                [[listener]]
                proxy-networks = ["10.3.0.0/16", "2001:db8::5"]
                [relay]
                xclient-networks = ["10.4.0.0/16"]
                """);

        TrustedNetworks proxies = config.listeners().get(0).proxies();
        assertThat(proxies.contains(address("10.3.0.1"))).isTrue();
        assertThat(proxies.contains(address("2001:db8::5"))).isTrue();
        assertThat(proxies.contains(address("10.4.0.1"))).isFalse();
        assertThat(config.access().xclientNetworks().contains(address("10.4.0.1")))
                .isTrue();
        assertThat(config.access().xclientNetworks().contains(address("10.3.0.1")))
                .isFalse();
        assertThat(usable("").listeners().get(0).proxies().isEmpty()).isTrue();
        assertThat(usable("").access().xclientNetworks().isEmpty()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"10.0.0.0/8", "192.168.0.0/16", "fc00::/7", "fd00::/8", "fe80::/10", "2001:db8::/32", "::1"})
    void networksOfOnesOwnMayRelay(String network) {
        assertThat(problems("relay.networks = [\"" + network + "\"]")).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "delivery.tls = 'required'",
                "delivery.tls = 'verified'",
                "route = [{match = ['*'], next-hop = ['a'], tls = 'verified'}]",
                "route = [{match = ['*'], next-hop = ['a'], username = 'u'}]",
                "route = [{match = ['*'], next-hop = ['a'], password = 'p'}]",
            })
    void whatThisVersionCannotDoIsRefusedAndNeverIgnored(String toml) {
        assertThat(problems(toml))
                .singleElement()
                .asString()
                .contains("this version cannot do")
                .contains("yet");
    }

    @Test
    void aChoiceThatIsNoneIsNoFeatureOfALaterVersion() {
        assertThat(problems("delivery.tls = \"always\""))
                .containsExactly(
                        "posthaste.toml:1:1: delivery.tls: \"always\" is none of the choices; write \"none\" or"
                                + " \"opportunistic\"");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
                    hostname = "relay"                             | hostname: "relay" has no dot
                    delivery.port = 2525                           | delivery.port: mail servers of the Internet listen on port 25
                    delivery.refuse-networks = []                  | delivery.refuse-networks: empty
                    delivery.timeouts.final-dot = "1m"             | asks for at least 10m
                    delivery.source-addresses = ["192.0.2.99"]     | is not an address of this machine
                    limits.command-timeout = "1m"                  | asks for at least 5m
                    limits.recipients = 10                         | asks for at least 100
                    retry.expire = "3d"                            | asks for at least 4 to 5 days
                    retry.delay-notice = "6d"                      | no such notice is ever sent
                    relay.networks = []                            | nobody may relay
                    dns.servers = ["::1", "::1", "::1", "::1", "::1"] | only the first 4 are asked
                    bounce.postmaster = "p@mail.machine.example"   | such mail comes back here
                    queue.body-memory = "60 GiB"                   | raise -Xmx
                    bounce = {}                                    | bounce.postmaster: absent
                    alias = [{address = "a@mail.machine.example", members = ["b@c.d", "A@mail.machine.example"]}] | alias.members: one of them leads back to where it came from; it is cut there
                    alias = [{address = "a@mail.machine.example", members = ["b@c.d", "x@mail.machine.example"]}] | "x@mail.machine.example" is in a local domain and no alias: what is sent to it bounces
                    alias = [{address = "a@mail.machine.example", members = ["x@mail.machine.example"]}] | no alias: mail to it is refused
                    terminals.enabled = false\\nterminal = [{address = "a@b.c", url = "https://h.i/"}] | terminals.enabled: false: no [[terminal]] is used
                    terminal = [{address = "a@b.c", url = "http://h.i/", token = "t"}] | terminal.token: url is not https
                    """)
    void whatIsOnlyUnwiseIsAWarning(String escaped, String expected) {
        String toml = escaped.replace("\\n", "\n");
        assertThat(problems(toml)).isEmpty();
        assertThat(warnings(toml)).anySatisfy(warning -> assertThat(warning).contains(expected));
    }

    @Test
    void aCarefulConfigurationCausesNoWarning() {
        assertThat(warnings("""
                        listener = [{bind = "127.0.0.1:25"}]
                        bounce.postmaster = "postmaster@example.org"
                        """)).isEmpty();
        assertThat(warnings("""
                        listener = [{bind = "127.0.0.1:25"}]
                        bounce.postmaster = "ops@mail.machine.example"
                        terminal = [{address = "a@b.c", url = "http://127.0.0.1:8000/", token = "t"}]
                        alias = [{address = "ops@mail.machine.example", members = ["a@example.org", "b@example.org"]}]
                        """)).as("a postmaster that is an alias").isEmpty();
    }

    @Test
    void addressesAndNamesNeedNotBeAscii() {
        RelayConfig config = usable("""
                directory.domains = ["xn--grn-ioa.example"]
                [[alias]]
                address = "jos\u00e9@gr\u00fcn.example"
                members = ["jos\u00e9@dest.example"]
                full-name = "Jos\u00e9"
                """);

        assertThat(config.directory().aliases()).singleElement().satisfies(alias -> {
            assertThat(alias.address().destination()).isEqualTo("xn--grn-ioa.example");
            assertThat(alias.members()).containsExactly(new Mailbox("jos\u00e9", "dest.example"));
        });
    }

    @Test
    void secretsAreNotRepeated() {
        assertThat(problems("admin.token = \"hunter2 hunter2 hunter2\""))
                .singleElement()
                .asString()
                .doesNotContain("hunter2");
        assertThat(usable("admin.token = \"0123456789abcdef\"").toString()).doesNotContain("0123456789abcdef");
        assertThat(problems("terminal = [{address = \"a@b.c\", url = \"http://u:hunter2@h.i/\"}]"))
                .singleElement()
                .asString()
                .contains("write a secret as token")
                .doesNotContain("hunter2");
    }

    @Test
    void whatCannotBeShownIsEscaped() {
        assertThat(problems("\"a\\u001b[31m\\nb\" = 1"))
                .singleElement()
                .asString()
                .contains("a\\x1b[31m\\x0ab");
    }

    @Test
    void aFileThatIsMissingOrNoTextIsAProblemOfItsOwn(@TempDir Path directory) throws IOException {
        Path binary = Files.write(directory.resolve("binary"), new byte[] {(byte) 0xff, 0});
        Path huge = Files.write(directory.resolve("huge"), new byte[(1 << 20) + 1]);

        assertThat(((ConfigReading.Refused) ConfigReader.read(directory.resolve("missing"))).problems())
                .singleElement()
                .asString()
                .endsWith("missing: no such file; give the path of the configuration with --config");
        assertThat(((ConfigReading.Refused) ConfigReader.read(binary))
                        .problems()
                        .toString())
                .contains("not UTF-8 text");
        assertThat(((ConfigReading.Refused) ConfigReader.read(huge)).problems().toString())
                .contains("is this the right file?");
        assertThat(((ConfigReading.Refused) ConfigReader.read(directory))
                        .problems()
                        .toString())
                .contains("cannot be read");
    }

    @Test
    void randomGarbageIsRefusedAndNeverThrows() {
        long seed = new Random().nextLong();
        Random random = new Random(seed);
        String alphabet = "[]{}=\"'.,#\n\r\t \\u0-9ahostnamelistenerbind1e+Tinf\u00e9\u0000";

        for (int i = 0; i < 2_000; i++) {
            StringBuilder garbage = new StringBuilder("[limits]\n");
            for (int n = random.nextInt(60); n >= 0; n--) {
                garbage.append(alphabet.charAt(random.nextInt(alphabet.length())));
            }
            assertThat(ConfigReader.read("garbage", garbage.toString(), MACHINE))
                    .as("seed %d: %s", seed, garbage)
                    .isNotNull();
        }
    }

    @Test
    void aGoodFileWithOneOctetChangedNeverThrows() {
        long seed = new Random().nextLong();
        Random random = new Random(seed);
        byte[] good =
                "hostname = \"a.b\"\n[[listener]]\nbind = \"[::]:25\"\n[retry]\nexpire = \"5d\"\nmultiplier = 2.0\n"
                        .getBytes(UTF_8);

        for (int i = 0; i < 2_000; i++) {
            byte[] changed = good.clone();
            changed[random.nextInt(changed.length)] = (byte) (1 + random.nextInt(126));
            String text = new String(changed, UTF_8);
            assertThat(ConfigReader.read("changed", text, MACHINE))
                    .as("seed %d: %s", seed, text)
                    .isNotNull();
        }
    }

    @Test
    void deepNestingEndsInAProblem() {
        assertThat(problems("a = " + "[".repeat(100_000))).isNotEmpty();
    }

    @Test
    void aFileOfProblemsEndsInABoundedList() {
        assertThat(problems("x = 1\n".repeat(5_000))).hasSizeBetween(1, 100);
    }

    @Test
    void aContentFilterIsReadWithAllItsKeys() {
        RelayConfig config = usable("""
                [[filter]]
                address = "inet:127.0.0.1:11332"
                [[filter]]
                address = "[::1]:783"
                timeout = "1s"
                end-timeout = "2s"
                on-failure = "accept"
                connections = 3
                """);

        assertThat(config.filters())
                .containsExactly(
                        new FilterConfig(
                                Addresses.bind("127.0.0.1:11332"),
                                Duration.ofSeconds(30),
                                Duration.ofMinutes(2),
                                FilterConfig.OnFailure.DEFER,
                                16),
                        new FilterConfig(
                                Addresses.bind("[::1]:783"),
                                Duration.ofSeconds(1),
                                Duration.ofSeconds(2),
                                FilterConfig.OnFailure.ACCEPT,
                                3));
        assertThat(problems("filter = [{}]").toString()).contains("filter.address: missing; write");
        assertThat(problems("filter = [{address = 'unix:/run/f.sock'}]").toString())
                .contains("filters are reached over TCP only");
        assertThat(problems("filter = [{address = '127.0.0.1:1', on-failure = 'drop'}]")
                        .toString())
                .contains("none of the choices; write \"defer\" or \"accept\"");
    }
}
