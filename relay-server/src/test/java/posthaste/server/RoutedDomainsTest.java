package posthaste.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import posthaste.delivery.DeliveryConfig;
import posthaste.delivery.DnsConfig;
import posthaste.delivery.dns.DnsMetrics;
import posthaste.delivery.dns.NettyMailDns;
import posthaste.delivery.route.Router;
import posthaste.delivery.testkit.TestDns;
import posthaste.smtp.Mailbox;
import posthaste.smtp.Replies;
import posthaste.smtp.Reply;

/** What RCPT is told of domains by a real name server. */
class RoutedDomainsTest {
    private static final int PATIENCE_SECONDS = 30;

    private final Vertx vertx = Vertx.vertx();
    private final TestDns dns = TestDns.start();

    @AfterEach
    void close() {
        vertx.close()
                .toCompletionStage()
                .toCompletableFuture()
                .orTimeout(PATIENCE_SECONDS, TimeUnit.SECONDS)
                .join();
        dns.close();
    }

    private Optional<Reply> refusal(String domain) {
        var config = DeliveryConfig.with("relay.example")
                .refuseNetworks(List.of())
                .dns(new DnsConfig(List.of(dns.address()), Duration.ofSeconds(20)))
                .build();
        var metrics = new DnsMetrics(new SimpleMeterRegistry());
        var mailDns = new NettyMailDns(vertx, config.dns(), InstantSource.system(), metrics);
        var domains = new RoutedDomains(new Router(config, mailDns, List::of));
        var answer = new CompletableFuture<Optional<Reply>>();
        vertx.getOrCreateContext()
                .runOnContext(go -> domains.refusal(new Mailbox("u", domain), Runnable::run)
                        .whenComplete((refusal, failure) -> answer.complete(refusal)));
        return answer.orTimeout(PATIENCE_SECONDS, TimeUnit.SECONDS).join();
    }

    @Test
    @DisplayName("I093 a domain that does not exist is 550 5.1.2, and no answer is temporary")
    void whatIsKnownOfADomain() {
        dns.a("here.example", "192.0.2.1").servfail("broken.example");

        assertThat(refusal("here.example")).isEmpty();
        assertThat(refusal("nowhere.example")).contains(Replies.UNKNOWN_DOMAIN);
        assertThat(refusal("broken.example")).contains(Replies.DOMAIN_UNVERIFIED);
    }

    @Test
    @DisplayName("I094 a domain that takes no mail is 556 5.1.10")
    void aNullMxTakesNoMail() {
        dns.nullMx("never.example");

        assertThat(refusal("never.example")).contains(Replies.NULL_MX);
    }

    @Test
    @DisplayName("A domain whose hosts have no address is for the delivery to judge")
    void theDeliveryFindsOutTheRest() {
        dns.mx("lost.example", 10, "mx.lost.example").empty("mx.lost.example");

        assertThat(refusal("lost.example")).isEmpty();
    }
}
