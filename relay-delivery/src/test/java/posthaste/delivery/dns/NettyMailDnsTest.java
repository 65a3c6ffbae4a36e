package posthaste.delivery.dns;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import posthaste.delivery.DnsConfig;
import posthaste.delivery.dns.DnsAnswer.Failed;
import posthaste.delivery.dns.DnsAnswer.Found;
import posthaste.delivery.dns.DnsAnswer.NoData;
import posthaste.delivery.dns.DnsAnswer.NoSuchName;
import posthaste.delivery.dns.DnsData.Address;
import posthaste.delivery.dns.DnsData.Exchange;
import posthaste.delivery.testkit.ManualClock;
import posthaste.delivery.testkit.TestDns;

class NettyMailDnsTest {
    private static final Duration PATIENT = Duration.ofSeconds(20);
    private static final Duration SHORT = Duration.ofSeconds(1);

    private final Vertx vertx = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(2));
    private final TestDns server = TestDns.start();
    private final TestDns second = TestDns.start();
    private final ManualClock clock = new ManualClock();
    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private final MailDns dns = dns(PATIENT, server.address());

    @AfterEach
    void close() {
        await(vertx.close());
        server.close();
        second.close();
    }

    @Test
    void recordsComeWithTheirTimeToLive() throws Exception {
        server.mx("example.org", 10, "mx1.example.org")
                .mx("example.org", 20, "MX2.example.org")
                .ttl("example.org", 77);

        DnsAnswer answer = ask(dns, "example.org", DnsType.MX);

        var found = found(answer);
        assertThat(found.name()).isEqualTo("example.org");
        assertThat(found.data())
                .containsExactlyInAnyOrder(new Exchange(10, "mx1.example.org"), new Exchange(20, "mx2.example.org"));
        assertThat(found.validFor()).isEqualTo(Duration.ofSeconds(77));
    }

    @Test
    void bothAddressFamiliesAreRead() throws Exception {
        server.a("host.example", "192.0.2.7").aaaa("host.example", "2001:db8::7");

        assertThat(found(ask(dns, "host.example", DnsType.A)).data())
                .containsExactly(new Address(InetAddress.getByAddress(new byte[] {(byte) 192, 0, 2, 7})));
        assertThat(found(ask(dns, "host.example", DnsType.AAAA)).data()).hasSize(1);
    }

    @Test
    void anIpv4MappedAddressIsTheIpv4Address() {
        server.aaaa("host.example", "::ffff:127.0.0.1");

        var data =
                (Address) found(ask(dns, "host.example", DnsType.AAAA)).data().get(0);

        assertThat(data.address().getHostAddress()).isEqualTo("127.0.0.1");
    }

    @Test
    void aNullMxHasAnEmptyName() {
        server.nullMx("example.org");

        assertThat(found(ask(dns, "example.org", DnsType.MX)).data()).containsExactly(new Exchange(0, ""));
    }

    @Test
    void noDataIsNotNoSuchName() {
        server.a("example.org", "192.0.2.7");

        assertThat(ask(dns, "example.org", DnsType.MX)).isEqualTo(new NoData("example.org", Duration.ofSeconds(60)));
        assertThat(ask(dns, "nowhere.example", DnsType.MX)).isEqualTo(new NoSuchName(Duration.ofSeconds(60)));
    }

    @Test
    void negativeAnswersLiveAsTheSoaSays() {
        server.negativeTtl(30);
        ask(dns, "new.example", DnsType.MX);
        server.mx("new.example", 10, "mx.example");

        clock.advance(Duration.ofSeconds(29));
        DnsAnswer before = ask(dns, "new.example", DnsType.MX);
        clock.advance(Duration.ofSeconds(2));
        DnsAnswer after = ask(dns, "new.example", DnsType.MX);

        assertThat(before).isInstanceOf(NoSuchName.class);
        assertThat(after).isInstanceOf(Found.class);
    }

    @Test
    void aNegativeAnswerWithoutSoaIsNotKept() {
        server.withoutSoa("new.example");
        ask(dns, "new.example", DnsType.MX);
        ask(dns, "new.example", DnsType.MX);

        assertThat(server.queries("new.example", "MX")).isEqualTo(2);
    }

    @Test
    void servfailAndRefusedAreFailuresAndNeverAnAbsence() {
        server.servfail("a.example").refused("b.example");

        assertThat(ask(dns, "a.example", DnsType.MX)).isInstanceOf(Failed.class);
        assertThat(ask(dns, "b.example", DnsType.MX)).isInstanceOf(Failed.class);
    }

    @Test
    void aFailureIsKeptForASecondOnly() {
        server.mx("a.example", 10, "mx.example").servfail("a.example");
        ask(dns, "a.example", DnsType.MX);
        ask(dns, "a.example", DnsType.MX);
        int asked = server.queries("a.example", "MX");
        server.healthy("a.example");

        clock.advance(Duration.ofSeconds(1));

        assertThat(asked).isEqualTo(1);
        assertThat(ask(dns, "a.example", DnsType.MX)).isInstanceOf(Found.class);
    }

    @Test
    void silenceIsAFailureThatNamesTheResolver() {
        server.drop("a.example");
        MailDns hasty = dns(SHORT, server.address());

        var failed = (Failed) ask(hasty, "a.example", DnsType.MX);

        assertThat(failed.reason())
                .contains("127.0.0.1:" + server.address().getPort())
                .contains("1000 ms");
    }

    @Test
    void theNextResolverIsAskedAfterSilence() {
        server.dropEverywhere();
        second.mx("a.example", 10, "mx.example");
        MailDns both = dns(SHORT, server.address(), second.address());

        assertThat(ask(both, "a.example", DnsType.MX)).isInstanceOf(Found.class);
    }

    @Test
    void theNextResolverIsAskedAfterServfailAndRefused() {
        server.servfail("a.example").refused("b.example");
        second.mx("a.example", 10, "mx.example").mx("b.example", 10, "mx.example");
        MailDns both = dns(PATIENT, server.address(), second.address());

        assertThat(ask(both, "a.example", DnsType.MX)).isInstanceOf(Found.class);
        assertThat(ask(both, "b.example", DnsType.MX)).isInstanceOf(Found.class);
    }

    @Test
    void aSilentResolverComesLastForAWhile() {
        server.dropEverywhere();
        second.mx("a.example", 10, "mx.example").mx("b.example", 10, "mx.example");
        MailDns both = dns(SHORT, server.address(), second.address());
        onOneLoop(both, "a.example", DnsType.MX);

        onOneLoop(both, "b.example", DnsType.MX);

        assertThat(server.queries("b.example", "MX")).isZero();
    }

    @Test
    void nxdomainIsBelievedAndNoOtherResolverAsked() {
        second.mx("a.example", 10, "mx.example");
        MailDns both = dns(PATIENT, server.address(), second.address());

        assertThat(ask(both, "a.example", DnsType.MX)).isInstanceOf(NoSuchName.class);
        assertThat(second.queries()).isZero();
    }

    @Test
    void aTruncatedAnswerIsRepeatedOverTcp() {
        for (int i = 0; i < 8; i++) server.mx("a.example", i, "mx" + i + ".example");
        server.truncate("a.example");

        assertThat(found(ask(dns, "a.example", DnsType.MX)).data()).hasSize(8);
        assertThat(server.queriesOverTcp()).isEqualTo(1);
    }

    @Test
    void anAnswerOfFourKibibytesArrivesWhole() {
        String label = "a-long-label-that-fills-the-answer-for-the-purposes-of-this-test";
        for (int i = 0; i < 50; i++) server.mx("a.example", i, label.substring(0, 60) + "." + i + ".example");

        assertThat(found(ask(dns, "a.example", DnsType.MX)).data()).hasSize(50);
    }

    @Test
    void aTruncatedAnswerWithoutTcpIsAFailureAndNotHalfAnAnswer() {
        server.mx("a.example", 10, "mx1.example")
                .mx("a.example", 20, "mx2.example")
                .truncate("a.example")
                .refuseTcp();

        assertThat(ask(dns, "a.example", DnsType.MX)).isInstanceOf(Failed.class);
    }

    @Test
    void anAnswerTruncatedEvenOverTcpIsAFailure() {
        server.mx("a.example", 10, "mx1.example")
                .mx("a.example", 20, "mx2.example")
                .truncateAlways("a.example");

        assertThat(ask(dns, "a.example", DnsType.MX)).isInstanceOf(Failed.class);
    }

    @Test
    void aServerWithoutEdnsIsAskedAgainWithout() {
        server.mx("a.example", 10, "mx.example").rejectOpt();

        assertThat(ask(dns, "a.example", DnsType.MX)).isInstanceOf(Found.class);
        assertThat(server.queriesWithoutOpt()).isEqualTo(1);
    }

    @Test
    void ownerNamesInCapitalsAreTheSameNames() {
        server.cname("www.example", "a.example").mx("a.example", 10, "mx.example");
        server.upperCase("www.example").upperCase("a.example");

        assertThat(ask(dns, "a.example", DnsType.MX)).isInstanceOf(Found.class);
        assertThat(found(ask(dns, "www.example", DnsType.MX)).name()).isEqualTo("a.example");
    }

    @Test
    void theSpellingOfTheQuestionDoesNotMatter() {
        server.mx("a.example", 10, "mx.example");

        ask(dns, "A.Example.", DnsType.MX);
        ask(dns, "a.example", DnsType.MX);

        assertThat(server.queries("a.example", "MX")).isEqualTo(1);
    }

    @Test
    void recordsOfAnotherNameAreNoAnswer() {
        server.mx("a.example", 10, "mx.example").lie("a.example");

        assertThat(ask(dns, "a.example", DnsType.MX)).isInstanceOf(Failed.class);
    }

    @Test
    void packetsThatDoNotParseAreAFailure() {
        server.mx("a.example", 10, "mx.example").garbage("a.example");
        MailDns hasty = dns(SHORT, server.address());

        assertThat(ask(hasty, "a.example", DnsType.MX)).isInstanceOf(Failed.class);
        assertThat(ask(dns, "b.example", DnsType.MX)).isInstanceOf(NoSuchName.class);
    }

    @Test
    void cnamesAreFollowedWithinTheAnswer() {
        server.cname("a.example", "b.example").cname("b.example", "c.example").mx("c.example", 10, "mx.example");
        server.ttl("b.example", 20);

        var found = found(ask(dns, "a.example", DnsType.MX));

        assertThat(found.name()).isEqualTo("c.example");
        assertThat(found.validFor()).isEqualTo(Duration.ofSeconds(20));
    }

    @Test
    void aCnameIntoNothingIsNoSuchName() {
        server.cname("a.example", "gone.example");

        assertThat(ask(dns, "a.example", DnsType.MX)).isInstanceOf(NoSuchName.class);
    }

    @Test
    void aCnameToANameWithoutDataNamesThatName() {
        server.cname("a.example", "b.example").a("b.example", "192.0.2.7");

        assertThat(ask(dns, "a.example", DnsType.MX))
                .isInstanceOfSatisfying(
                        NoData.class, none -> assertThat(none.name()).isEqualTo("b.example"));
    }

    @Test
    void whereAnAnswerEndsHalfwayTheRestIsAskedFor() {
        server.cname("a.example", "b.example").halfChain("a.example").mx("b.example", 10, "mx.example");

        assertThat(found(ask(dns, "a.example", DnsType.MX)).name()).isEqualTo("b.example");
        assertThat(server.queries("b.example", "MX")).isEqualTo(1);
    }

    @Test
    void tenCnamesAreFollowedAndElevenAreNot() {
        for (int i = 0; i < 11; i++) server.cname("n" + i + ".example", "n" + (i + 1) + ".example");
        server.mx("n11.example", 10, "mx.example");

        assertThat(ask(dns, "n1.example", DnsType.MX)).isInstanceOf(Found.class);
        assertThat(ask(dns, "n0.example", DnsType.MX)).isInstanceOf(Failed.class);
    }

    @Test
    void aLoopOfCnamesIsAFailure() {
        server.cname("a.example", "b.example").cname("b.example", "a.example");
        server.cname("c.example", "d.example").cname("d.example", "c.example");
        server.halfChain("c.example").halfChain("d.example");

        assertThat(ask(dns, "a.example", DnsType.MX)).isInstanceOf(Failed.class);
        assertThat(ask(dns, "c.example", DnsType.MX)).isInstanceOf(Failed.class);
    }

    @Test
    void aChainThatTakesTooLongIsAFailure() {
        server.cname("a.example", "b.example").halfChain("a.example");
        server.cname("b.example", "c.example").halfChain("b.example").hold("b.example");
        server.mx("c.example", 10, "mx.example");
        var answer = start(newContext(), dns, "a.example", DnsType.MX);
        server.awaitQueries("b.example", "MX", 1);

        clock.advance(Duration.ofSeconds(31));
        server.release("b.example");

        assertThat(await(answer)).isInstanceOf(Failed.class);
        assertThat(server.queries("c.example", "MX")).isZero();
    }

    @Test
    void aResolverGivenByNameIsRefused() {
        assertThatThrownBy(() -> dns(PATIENT, InetSocketAddress.createUnresolved("dns.example", 53)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("dns.example");
    }

    @Test
    void answersAreKeptForTheirTimeToLive() {
        server.mx("a.example", 10, "mx.example").ttl("a.example", 60);
        ask(dns, "a.example", DnsType.MX);
        clock.advance(Duration.ofSeconds(59));
        var before = found(ask(dns, "a.example", DnsType.MX));
        int asked = server.queries("a.example", "MX");

        clock.advance(Duration.ofSeconds(1));
        ask(dns, "a.example", DnsType.MX);

        assertThat(asked).isEqualTo(1);
        assertThat(before.validFor()).isEqualTo(Duration.ofSeconds(1));
        assertThat(server.queries("a.example", "MX")).isEqualTo(2);
    }

    @Test
    void aTimeToLiveOfZeroIsNotKept() {
        server.mx("a.example", 10, "mx.example").ttl("a.example", 0);

        ask(dns, "a.example", DnsType.MX);
        ask(dns, "a.example", DnsType.MX);

        assertThat(server.queries("a.example", "MX")).isEqualTo(2);
    }

    @Test
    void anAbsurdTimeToLiveIsCutToADay() {
        server.mx("a.example", 10, "mx.example").ttl("a.example", 1_000_000_000);

        assertThat(found(ask(dns, "a.example", DnsType.MX)).validFor()).isEqualTo(AnswerCache.TTL_MAX);
    }

    @Test
    void aStaleAnswerStandsInForResolversThatFail() {
        server.mx("a.example", 10, "mx.example").ttl("a.example", 60);
        ask(dns, "a.example", DnsType.MX);
        server.servfailEverywhere();

        clock.advance(Duration.ofHours(23));
        DnsAnswer stale = ask(dns, "a.example", DnsType.MX);
        int asked = server.queries("a.example", "MX");
        ask(dns, "a.example", DnsType.MX);

        assertThat(stale).isInstanceOf(Found.class);
        assertThat(server.queries("a.example", "MX")).isEqualTo(asked);
        assertThat(registry.counter("posthaste_dns_stale_answers").count()).isEqualTo(1);
    }

    @Test
    void aStaleAnswerDoesNotLiveForEver() {
        server.mx("a.example", 10, "mx.example").ttl("a.example", 60);
        ask(dns, "a.example", DnsType.MX);
        server.servfailEverywhere();

        clock.advance(Duration.ofHours(25));

        assertThat(ask(dns, "a.example", DnsType.MX)).isInstanceOf(Failed.class);
    }

    @Test
    void anAbsenceIsNeverStale() {
        server.negativeTtl(60);
        ask(dns, "a.example", DnsType.MX);
        server.servfailEverywhere();

        clock.advance(Duration.ofSeconds(61));

        assertThat(ask(dns, "a.example", DnsType.MX)).isInstanceOf(Failed.class);
    }

    @Test
    void theSameQuestionGoesOutOnceWhateverLoopAsks() throws Exception {
        server.mx("a.example", 10, "mx.example").ttl("a.example", 0).hold("a.example");
        var answers = new ArrayList<CompletableFuture<DnsAnswer>>();
        for (int i = 0; i < 100; i++) answers.add(start(vertx.getOrCreateContext(), dns, "a.example", DnsType.MX));
        for (int i = 0; i < 100; i++) answers.add(start(newContext(), dns, "a.example", DnsType.MX));
        settle();

        server.release("a.example");

        for (var each : answers) assertThat(each.get(20, TimeUnit.SECONDS)).isInstanceOf(Found.class);
        assertThat(server.queries("a.example", "MX")).isEqualTo(1);
    }

    @Test
    void theAnswerArrivesOnTheContextThatAsked() throws Exception {
        server.mx("a.example", 10, "mx.example");
        Context context = newContext();
        var seen = new CompletableFuture<Context>();

        context.runOnContext(
                go -> dns.query("a.example", DnsType.MX).onComplete(done -> seen.complete(vertx.getOrCreateContext())));

        assertThat(seen.get(20, TimeUnit.SECONDS)).isSameAs(context);
    }

    @Test
    void aFloodOfQuestionsIsAnsweredThoughFewAreSentAtOnce() throws Exception {
        var answers = new ArrayList<CompletableFuture<DnsAnswer>>();
        int flood = ResolverLoop.UNDER_WAY_MAX * 5;
        for (int i = 0; i < flood; i++) server.a("h" + i + ".example", "192.0.2.1");

        for (int i = 0; i < flood; i++) {
            answers.add(start(vertx.getOrCreateContext(), dns, "h" + i + ".example", DnsType.A));
        }

        for (var each : answers) assertThat(each.get(20, TimeUnit.SECONDS)).isInstanceOf(Found.class);
    }

    @Test
    void eachQuestionLeavesFromAPortOfItsOwn() {
        for (int i = 0; i < 16; i++) ask(dns, "h" + i + ".example", DnsType.A);

        assertThat(server.sourcePorts()).isGreaterThan(8);
    }

    @Test
    void whatNoHostCanBeCalledIsNotAskedFor() {
        for (String name : List.of("", ".", "a..example", "a b.example", "x".repeat(64) + ".example", "ex\u00e4mple")) {
            assertThat(ask(dns, name, DnsType.MX)).as(name).isInstanceOf(NoSuchName.class);
        }
        assertThat(server.queries()).isZero();
    }

    // ---- how the tests ask ----

    private MailDns dns(Duration timeout, InetSocketAddress... servers) {
        return new NettyMailDns(vertx, new DnsConfig(List.of(servers), timeout), clock, new DnsMetrics(registry));
    }

    private static Found found(DnsAnswer answer) {
        assertThat(answer).isInstanceOf(Found.class);
        return (Found) answer;
    }

    private DnsAnswer ask(MailDns dns, String name, DnsType type) {
        return await(start(newContext(), dns, name, type));
    }

    /** The same event loop each time; what a resolver loop remembers is its own. */
    private DnsAnswer onOneLoop(MailDns dns, String name, DnsType type) {
        return await(start(oneContext, dns, name, type));
    }

    private final Context oneContext = newContext();

    private Context newContext() {
        return ((io.vertx.core.internal.VertxInternal) vertx).createEventLoopContext();
    }

    /** Returns when everything that was posted to the event loops before has run. */
    private void settle() throws Exception {
        for (int i = 0; i < 4; i++) {
            var ran = new CompletableFuture<Boolean>();
            newContext().runOnContext(go -> ran.complete(true));
            ran.get(20, TimeUnit.SECONDS);
        }
    }

    private static CompletableFuture<DnsAnswer> start(Context context, MailDns dns, String name, DnsType type) {
        var answer = new CompletableFuture<DnsAnswer>();
        context.runOnContext(go -> dns.query(name, type).onComplete(answer::complete, answer::completeExceptionally));
        return answer;
    }

    private static <T> T await(Future<T> future) {
        return await(future.toCompletionStage().toCompletableFuture());
    }

    private static <T> T await(CompletableFuture<T> future) {
        return future.orTimeout(30, TimeUnit.SECONDS).join();
    }
}
