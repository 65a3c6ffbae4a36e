package posthaste.delivery.route;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import posthaste.delivery.DeliveryConfig;
import posthaste.delivery.DnsConfig;
import posthaste.delivery.RouteConfig;
import posthaste.delivery.RouteConfig.HostPort;
import posthaste.delivery.dns.DnsMetrics;
import posthaste.delivery.dns.NettyMailDns;
import posthaste.delivery.route.Resolution.Found;
import posthaste.delivery.route.Resolution.Refused;
import posthaste.delivery.route.Resolution.Unavailable;
import posthaste.delivery.testkit.ManualClock;
import posthaste.delivery.testkit.TestDns;
import posthaste.smtp.Reply;

/** Lookups against a real name server; the checks O001 to O019 as far as they end before a connection. */
class RouterTest {
    private static final String HOSTNAME = "relay.example.net";
    private static final Duration PATIENT = Duration.ofSeconds(20);

    private final Vertx vertx = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(2));
    private final TestDns dns = TestDns.start();
    private final List<InetSocketAddress> listeners = new ArrayList<>();
    private final List<RouteConfig> routes = new ArrayList<>();
    private List<String> refuseNetworks = DeliveryConfig.DEFAULT_REFUSE_NETWORKS;
    private Duration timeout = PATIENT;

    @AfterEach
    void close() {
        await(vertx.close());
        dns.close();
    }

    // ---- O001 to O019 ----

    @Test
    void o001_aDomainThatDoesNotExistIsRefused() {
        assertRefused("nowhere.example", 550, "5.1.2", "nowhere.example");
    }

    @Test
    void o002_servfailIsTemporary() {
        dns.mx("a.example", 10, "mx.example").servfail("a.example");

        assertUnavailable("a.example", "4.4.3", "a.example");
    }

    @Test
    void o002_silenceIsTemporary() {
        timeout = Duration.ofMillis(300);
        dns.drop("a.example");

        assertUnavailable("a.example", "4.4.3", "a.example");
    }

    @Test
    void o003_withoutMxTheDomainIsItsOwnHost() {
        dns.a("a.example", "192.0.2.1").aaaa("a.example", "2001:db8::1");

        Found found = found("a.example");

        assertThat(texts(found))
                .containsExactly(List.of("a.example[2001:db8:0:0:0:0:0:1]:25", "a.example[192.0.2.1]:25"));
    }

    @Test
    void o003_aNameWithoutMxAndAddressIsRefused() {
        dns.empty("a.example");

        assertRefused("a.example", 550, "5.4.4", "a.example");
    }

    @Test
    void o004_aNullMxRefusesTheDomain() {
        dns.nullMx("a.example").a("a.example", "192.0.2.1");

        assertRefused("a.example", 556, "5.1.10", "a.example");
        assertThat(dns.queries("a.example", "A")).isZero();
    }

    @Test
    void o005_aNullMxBesideARealOneIsIgnored() {
        dns.nullMx("a.example").mx("a.example", 10, "mx.example").a("mx.example", "192.0.2.1");

        assertThat(texts(found("a.example"))).containsExactly(List.of("mx.example[192.0.2.1]:25"));
    }

    @Test
    void o006_whereNoMxResolvesTheDomainsOwnAddressIsNotUsed() {
        dns.mx("a.example", 10, "gone.example").a("a.example", "192.0.2.1");

        assertRefused("a.example", 550, "5.4.4", "a.example");
    }

    @Test
    void o007_oneFailedLookupAmongHostsWithoutAddressIsTemporary() {
        dns.mx("a.example", 10, "gone.example")
                .mx("a.example", 20, "sick.example")
                .servfail("sick.example");

        assertUnavailable("a.example", "4.4.3", "sick.example");
    }

    @Test
    void o007_aFailedLookupDoesNotHideTheHostsThatAreFound() {
        dns.mx("a.example", 10, "sick.example").servfail("sick.example");
        dns.mx("a.example", 20, "mx.example").a("mx.example", "192.0.2.1");

        assertThat(texts(found("a.example"))).containsExactly(List.of("mx.example[192.0.2.1]:25"));
    }

    @Test
    void o008_hostsComeByPreference() {
        dns.mx("a.example", 30, "c.example").mx("a.example", 10, "a1.example").mx("a.example", 20, "b.example");
        dns.a("a1.example", "192.0.2.1").a("b.example", "192.0.2.2").a("c.example", "192.0.2.3");

        assertThat(texts(found("a.example")))
                .containsExactly(
                        List.of("a1.example[192.0.2.1]:25"),
                        List.of("b.example[192.0.2.2]:25"),
                        List.of("c.example[192.0.2.3]:25"));
    }

    @Test
    void o009_hostsOfEqualPreferenceShareTheLoad() {
        dns.mx("a.example", 10, "mx1.example").mx("a.example", 10, "mx2.example");
        dns.a("mx1.example", "192.0.2.1").a("mx2.example", "192.0.2.2");
        Found found = found("a.example");
        Random random = new Random(42);

        Map<String, Integer> first = new HashMap<>();
        for (int i = 0; i < 1000; i++) {
            first.merge(found.shuffled(random).get(0).name(), 1, Integer::sum);
        }

        assertThat(first.get("mx1.example")).isBetween(450, 550);
        assertThat(first.get("mx2.example")).isBetween(450, 550);
    }

    @Test
    void o009_aHostWithManyAddressesDoesNotDrawMoreLoad() {
        dns.mx("a.example", 10, "mx1.example").mx("a.example", 10, "mx2.example");
        dns.a("mx1.example", "192.0.2.1").a("mx2.example", "192.0.2.2", "192.0.2.3", "192.0.2.4", "192.0.2.5");
        Found found = found("a.example");
        Random random = new Random(42);

        int first = 0;
        for (int i = 0; i < 1000; i++) {
            if (found.shuffled(random).get(0).name().equals("mx1.example")) first++;
        }

        assertThat(first).isBetween(450, 550);
    }

    @Test
    void o010_ourOwnNameRemovesItselfAndWhatIsNoBetter() {
        dns.mx("a.example", 10, "mx.example")
                .mx("a.example", 20, "Relay.Example.NET")
                .mx("a.example", 30, "z.example");
        dns.a("mx.example", "192.0.2.1").a("z.example", "192.0.2.3");

        assertThat(texts(found("a.example"))).containsExactly(List.of("mx.example[192.0.2.1]:25"));
    }

    @Test
    void o011_ourOwnNameAtTheBestPreferenceIsALoop() {
        dns.mx("a.example", 10, HOSTNAME).mx("a.example", 20, "mx.example").a("mx.example", "192.0.2.1");

        assertRefused("a.example", 554, "5.4.6", "a.example");
    }

    @Test
    void o011_ourOwnAddressAtTheBestPreferenceIsALoop() {
        listeners.add(address("192.0.2.25", 25));
        dns.mx("a.example", 10, "alias.example").mx("a.example", 20, "mx.example");
        dns.a("alias.example", "192.0.2.25").a("mx.example", "192.0.2.1");

        assertRefused("a.example", 554, "5.4.6", "a.example");
    }

    @Test
    void o011_anAddressOfOursWithoutAListenerOnThePortIsNoLoop() {
        listeners.add(address("192.0.2.25", 587));
        dns.mx("a.example", 10, "alias.example").a("alias.example", "192.0.2.25");

        assertThat(texts(found("a.example"))).containsExactly(List.of("alias.example[192.0.2.25]:25"));
    }

    @Test
    void o011_ourOwnDomainWithoutMxIsALoop() {
        dns.a(HOSTNAME, "192.0.2.25");

        assertRefused(HOSTNAME, 554, "5.4.6", HOSTNAME);
    }

    @Test
    void o012_everyAddressOfAHostIsThere() {
        dns.mx("a.example", 10, "mx.example");
        dns.a("mx.example", "192.0.2.1", "192.0.2.2", "192.0.2.3", "192.0.2.4");

        assertThat(found("a.example").tiers().get(0)).hasSize(4);
    }

    @Test
    void o013_aHundredHostsCostTenLookups() {
        for (int i = 0; i < 100; i++) {
            String host = "mx" + (100 + i) + ".example";
            dns.mx("a.example", i, host).a(host, "192.0.2." + i);
        }

        Found found = found("a.example");

        assertThat(found.tiers()).hasSize(MxResolver.HOSTS_MAX);
        assertThat(dns.queries()).isEqualTo(1 + dns.queriesOverTcp() + 2 * MxResolver.HOSTS_MAX);
    }

    @Test
    void o013_aHundredAddressesAreCut() {
        dns.mx("a.example", 10, "mx.example").mx("a.example", 20, "my.example");
        for (int i = 0; i < 100; i++) {
            dns.a("mx.example", "192.0.2." + i).aaaa("mx.example", "2001:db8::" + i);
            dns.a("my.example", "198.51.100." + i);
        }

        assertThat(found("a.example").tiers().stream().mapToInt(List::size).sum())
                .isEqualTo(Tiers.ADDRESSES_MAX);
    }

    @Test
    void o013_manyHostsWithoutAddressAreTemporary() {
        for (int i = 0; i < 100; i++) dns.mx("a.example", i, "gone" + i + ".example");

        assertUnavailable("a.example", "4.4.4", "first 10 of 100");
    }

    @Test
    void o014_aCnameOfTheDomainIsFollowed() {
        dns.cname("a.example", "b.example").mx("b.example", 10, "mx.example").a("mx.example", "192.0.2.1");

        assertThat(texts(found("a.example"))).containsExactly(List.of("mx.example[192.0.2.1]:25"));
    }

    @Test
    void o014_aCnameOfTheDomainWithoutMxLeadsToTheTargetsAddress() {
        dns.cname("a.example", "b.example").a("b.example", "192.0.2.1");

        assertThat(texts(found("a.example"))).containsExactly(List.of("b.example[192.0.2.1]:25"));
    }

    @Test
    void o014_aCnameOfAHostIsFollowed() {
        dns.mx("a.example", 10, "mx.example")
                .cname("mx.example", "real.example")
                .a("real.example", "192.0.2.1");

        assertThat(texts(found("a.example"))).containsExactly(List.of("mx.example[192.0.2.1]:25"));
    }

    @Test
    void o014_aLoopOfCnamesIsTemporary() {
        dns.cname("a.example", "b.example").cname("b.example", "a.example");

        assertUnavailable("a.example", "4.4.3", "CNAME");
    }

    @Test
    void o015_anAddressAsMxTargetIsAName() {
        dns.mx("a.example", 10, "192.0.2.1");

        assertRefused("a.example", 550, "5.4.4", "a.example");
        assertThat(dns.queries("192.0.2.1", "A")).isEqualTo(1);
    }

    @Test
    void o016_refusedNetworksAreNotConnectedTo() {
        dns.mx("a.example", 10, "v4.example").mx("a.example", 20, "v6.example").mx("a.example", 30, "any.example");
        dns.mx("a.example", 40, "mapped.example").mx("a.example", 50, "multi.example");
        dns.a("v4.example", "127.0.0.1").aaaa("v6.example", "::1").a("any.example", "0.0.0.0");
        dns.aaaa("mapped.example", "::ffff:127.0.0.1").a("multi.example", "224.0.0.1", "255.255.255.255");

        assertRefused("a.example", 550, "5.4.4", "refuse-networks");
    }

    @Test
    void o016_whatIsNoHostIsRefusedWithoutAnyNetworkListed() {
        refuseNetworks = List.of();
        dns.mx("a.example", 10, "any.example")
                .a("any.example", "0.0.0.0", "224.0.0.1")
                .aaaa("any.example", "::");

        assertRefused("a.example", 550, "5.4.4", "a.example");
    }

    @Test
    void o016_aHostBesideRefusedOnesIsUsed() {
        dns.mx("a.example", 10, "v4.example").mx("a.example", 20, "mx.example");
        dns.a("v4.example", "127.0.0.1").a("mx.example", "192.0.2.1");

        assertThat(texts(found("a.example"))).containsExactly(List.of("mx.example[192.0.2.1]:25"));
    }

    @Test
    void o016_loopbackIsALoopWhereAListenerHearsEveryAddress() {
        listeners.add(address("0.0.0.0", 25));
        dns.mx("a.example", 10, "v4.example").a("v4.example", "127.0.0.1");

        assertRefused("a.example", 554, "5.4.6", "a.example");
    }

    @Test
    void o017_aTruncatedAnswerGivesEveryHost() {
        for (int i = 0; i < 6; i++)
            dns.mx("a.example", i, "mx" + i + ".example").a("mx" + i + ".example", "192.0.2." + i);
        dns.truncate("a.example");

        assertThat(found("a.example").tiers()).hasSize(6);
    }

    @Test
    void o019_anAddressLiteralIsConnectedToDirectly() {
        assertThat(texts(found("[192.0.2.7]"))).containsExactly(List.of("[192.0.2.7][192.0.2.7]:25"));
        assertThat(found("[ipv6:2001:db8::7]").tiers().get(0).get(0).address()).isEqualTo(address("2001:db8::7", 25));
        assertThat(dns.queries()).isZero();
    }

    @Test
    void o019_anAddressLiteralOfARefusedNetworkIsRefused() {
        assertRefused("[127.0.0.1]", 550, "5.4.4", "refuse-networks");
        assertRefused("[ipv6:::ffff:127.0.0.1]", 550, "5.4.4", "refuse-networks");
    }

    @Test
    void o019_anAddressLiteralOfOurOwnIsALoop() {
        listeners.add(address("192.0.2.25", 25));

        assertRefused("[192.0.2.25]", 554, "5.4.6", "192.0.2.25");
    }

    @Test
    void o019_aLiteralThatIsNoAddressIsRefused() {
        for (String literal : List.of("[]", "[example.org]", "[192.0.2]", "[2001:db8::7]", "[ipv6:192.0.2.7]", "[x")) {
            assertRefused(literal, 550, "5.1.2", "not an address literal");
        }
        assertThat(dns.queries()).isZero();
    }

    @Test
    void o020_aNameInALabelsIsAskedForAsItIs() {
        dns.mx("xn--bcher-kva.example", 10, "mx.example").a("mx.example", "192.0.2.1");

        assertThat(found("xn--bcher-kva.example").tiers()).hasSize(1);
    }

    // ---- families, sites ----

    @Test
    void familiesAlternateWithinATierIpv6First() {
        dns.mx("a.example", 10, "mx.example").a("mx.example", "192.0.2.1", "192.0.2.2", "192.0.2.3");
        dns.aaaa("mx.example", "2001:db8::1", "2001:db8::2");

        List<NextHop> order = found("a.example").shuffled(new Random(7));

        assertThat(order.stream().map(hop -> hop.address().getAddress().getAddress().length))
                .containsExactly(16, 4, 16, 4, 4);
    }

    @Test
    void domainsWithTheSameHostsShareASite() {
        dns.mx("a.example", 10, "mx1.example").mx("a.example", 20, "mx2.example");
        dns.mx("b.example", 5, "MX2.example").mx("b.example", 5, "mx1.example");
        dns.mx("c.example", 5, "mx1.example");
        dns.a("mx1.example", "192.0.2.1").a("mx2.example", "192.0.2.2");

        assertThat(found("a.example").site()).isEqualTo("mx:25:mx1.example,mx2.example");
        assertThat(found("b.example").site()).isEqualTo(found("a.example").site());
        assertThat(found("c.example").site()).isNotEqualTo(found("a.example").site());
    }

    @Test
    void aSiteKeepsItsIdentityWhileOneHostCannotBeLookedUp() {
        dns.mx("a.example", 10, "mx1.example").mx("a.example", 20, "mx2.example");
        dns.a("mx1.example", "192.0.2.1").servfail("mx2.example");

        assertThat(found("a.example").site()).isEqualTo("mx:25:mx1.example,mx2.example");
    }

    // ---- routes ----

    @Test
    void theFirstRouteThatMatchesWins() {
        route(List.of("a.example"), new HostPort("192.0.2.1", 2525));
        route(List.of("*.example"), new HostPort("192.0.2.2", 25));
        route(List.of("*"), new HostPort("192.0.2.3", 25));

        assertThat(found("a.example").site()).isEqualTo("route:192.0.2.1:2525");
        assertThat(found("b.a.example").site()).isEqualTo("route:192.0.2.2:25");
        assertThat(found("example").site()).isEqualTo("route:192.0.2.3:25");
        assertThat(found("notexample").site()).isEqualTo("route:192.0.2.3:25");
        assertThat(found("[198.51.100.1]").site()).isEqualTo("route:192.0.2.3:25");
    }

    @Test
    void withoutAMatchingRouteTheMxDecides() {
        route(List.of("other.example"), new HostPort("192.0.2.9", 25));
        dns.mx("a.example", 10, "mx.example").a("mx.example", "192.0.2.1");

        assertThat(found("a.example").site()).isEqualTo("mx:25:mx.example");
    }

    @Test
    void nextHopsAreTiersInTheOrderOfTheConfiguration() {
        route(List.of("*"), new HostPort("z.example", 25), new HostPort("a.example", 587));
        dns.a("z.example", "192.0.2.1").a("a.example", "192.0.2.2");

        assertThat(texts(found("any.example")))
                .containsExactly(List.of("z.example[192.0.2.1]:25"), List.of("a.example[192.0.2.2]:587"));
    }

    @Test
    void aNextHopIsLookedUpByAddressOnly() {
        route(List.of("*"), new HostPort("smart.example", 25));
        dns.mx("smart.example", 10, "other.example").a("smart.example", "192.0.2.1");

        assertThat(texts(found("any.example"))).containsExactly(List.of("smart.example[192.0.2.1]:25"));
        assertThat(dns.queries("smart.example", "MX")).isZero();
    }

    @Test
    void aNextHopMayBeInARefusedNetworkAndCarryOurName() {
        route(List.of("*"), new HostPort("127.0.0.1", 2525), new HostPort(HOSTNAME, 2525));
        dns.a(HOSTNAME, "127.0.0.2");

        assertThat(texts(found("any.example")))
                .containsExactly(List.of("127.0.0.1[127.0.0.1]:2525"), List.of(HOSTNAME + "[127.0.0.2]:2525"));
    }

    @Test
    void aNextHopThatIsOurListenerIsLeftOut() {
        listeners.add(address("127.0.0.1", 2525));
        route(List.of("a.example"), new HostPort("127.0.0.1", 2525), new HostPort("127.0.0.1", 2526));
        route(List.of("b.example"), new HostPort("127.0.0.1", 2525));

        assertThat(texts(found("a.example"))).containsExactly(List.of("127.0.0.1[127.0.0.1]:2526"));
        assertUnavailable("b.example", "4.4.6", "127.0.0.1:2525");
    }

    @Test
    void aNextHopThatCannotBeFoundKeepsTheMail() {
        route(List.of("a.example"), new HostPort("gone.example", 25));
        route(List.of("b.example"), new HostPort("sick.example", 25));
        dns.servfail("sick.example");

        assertUnavailable("a.example", "4.4.4", "gone.example:25");
        assertUnavailable("b.example", "4.4.3", "sick.example:25");
    }

    // ---- texts and settings ----

    @Test
    void whatTheNameSystemSaysNeverReachesAReplyAsItIs() {
        assertRefused("a\u001b[31m\r\n250.example", 550, "5.1.2", "a\\x1b[31m\\x0d\\x0a250.example");
    }

    @Test
    void aNetworkThatIsNoneIsRefusedByName() {
        refuseNetworks = List.of("10.0.0.0/8", "localhost/8");

        assertThatThrownBy(this::router)
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("localhost/8");
    }

    // ---- how the tests ask ----

    private void route(List<String> match, HostPort... hops) {
        routes.add(new RouteConfig(match, List.of(hops)));
    }

    private Router router() {
        var config = DeliveryConfig.with(HOSTNAME)
                .refuseNetworks(refuseNetworks)
                .dns(new DnsConfig(List.of(dns.address()), timeout))
                .routes(routes)
                .build();
        var mailDns =
                new NettyMailDns(vertx, config.dns(), new ManualClock(), new DnsMetrics(new SimpleMeterRegistry()));
        return new Router(config, mailDns, () -> listeners);
    }

    private Resolution resolve(String destination) {
        Router router = router();
        var resolution = new CompletableFuture<Resolution>();
        vertx.getOrCreateContext()
                .runOnContext(go -> router.resolve(destination)
                        .onComplete(resolution::complete, resolution::completeExceptionally));
        return resolution.orTimeout(30, TimeUnit.SECONDS).join();
    }

    private Found found(String destination) {
        Resolution resolution = resolve(destination);
        assertThat(resolution).isInstanceOf(Found.class);
        return (Found) resolution;
    }

    private void assertRefused(String destination, int code, String status, String text) {
        assertThat(resolve(destination)).isInstanceOfSatisfying(Refused.class, refused -> {
            assertReply(refused.reply(), code, status, text);
        });
    }

    private void assertUnavailable(String destination, String status, String text) {
        assertThat(resolve(destination)).isInstanceOfSatisfying(Unavailable.class, waiting -> {
            assertReply(waiting.reply(), 451, status, text);
        });
    }

    private static void assertReply(Reply reply, int code, String status, String text) {
        assertThat(reply.code()).isEqualTo(code);
        assertThat(reply.status().orElseThrow()).hasToString(status);
        assertThat(reply.oneLine()).contains(text);
    }

    private static List<List<String>> texts(Found found) {
        return found.tiers().stream()
                .map(tier -> tier.stream().map(NextHop::toString).toList())
                .toList();
    }

    private static InetSocketAddress address(String literal, int port) {
        try {
            return new InetSocketAddress(InetAddress.getByName(literal), port);
        } catch (UnknownHostException noLiteral) {
            throw new IllegalArgumentException(literal, noLiteral);
        }
    }

    private static <T> T await(Future<T> future) {
        return future.toCompletionStage()
                .toCompletableFuture()
                .orTimeout(30, TimeUnit.SECONDS)
                .join();
    }
}
