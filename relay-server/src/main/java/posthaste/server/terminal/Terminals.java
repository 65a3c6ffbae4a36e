package posthaste.server.terminal;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClient;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongSupplier;
import posthaste.server.policy.MailboxKey;
import posthaste.server.terminal.TerminalsConfig.WebhookConfig;
import posthaste.smtp.Mailbox;

/**
 * Which addresses have a terminal, and what writes to them. Addresses are compared in any letter case: a terminal is
 * announced here, so here is who says what its address means. Thread-safe; nothing blocks.
 */
public final class Terminals {
    /** Each may hold some 200 KiB of what its reader has not taken yet. */
    static final int SUBSCRIPTIONS_MAX = 100;

    static final int SUBSCRIPTIONS_PER_ADDRESS_MAX = 8;

    private final TerminalsConfig config;
    private final TerminalMetrics metrics;
    private final Map<MailboxKey, List<TerminalSink>> webhooks = new HashMap<>();
    /** No list is ever empty or changed. */
    private final Map<MailboxKey, List<TerminalSink>> subscribed = new ConcurrentHashMap<>();

    private final AtomicInteger subscriptions = new AtomicInteger();

    public Terminals(Vertx vertx, TerminalsConfig config, TerminalMetrics metrics) {
        this(vertx, config, metrics, System::nanoTime);
    }

    Terminals(Vertx vertx, TerminalsConfig config, TerminalMetrics metrics, LongSupplier nanos) {
        this.config = config;
        this.metrics = metrics;
        if (config.enabled() && !config.webhooks().isEmpty()) {
            HttpClient client = Webhook.client(vertx);
            for (WebhookConfig each : config.webhooks()) {
                webhooks.computeIfAbsent(MailboxKey.of(each.address()), first -> new ArrayList<>())
                        .add(new Webhook(client, each, nanos));
            }
        }
        metrics.observe(this);
    }

    /** Whether there are any: where not, SEND, SOML and SAML are not offered. */
    public boolean isEnabled() {
        return config.enabled();
    }

    /** Octets of the largest message that a terminal is written. */
    public int messageSizeMax() {
        return config.messageSize();
    }

    /** Whether a message to {@code address} would be written to a terminal now, as far as is known. */
    public boolean isActive(Mailbox address) {
        // Most relays have none: then no key is made.
        if (webhooks.isEmpty() && subscribed.isEmpty()) return false;
        for (TerminalSink sink : sinksOf(address)) if (sink.isUp()) return true;
        return false;
    }

    private List<TerminalSink> sinksOf(Mailbox address) {
        MailboxKey key = MailboxKey.of(address);
        List<TerminalSink> fixed = webhooks.getOrDefault(key, List.of());
        List<TerminalSink> live = subscribed.getOrDefault(key, List.of());
        if (fixed.isEmpty()) return live;
        var all = new ArrayList<TerminalSink>(fixed);
        all.addAll(live);
        return all;
    }

    /**
     * Adds a subscription, until {@link #unsubscribe}.
     *
     * @return whether there was room for it
     */
    public boolean subscribe(Mailbox address, TerminalSink sink) {
        boolean room = subscriptions.incrementAndGet() <= SUBSCRIPTIONS_MAX && add(address, sink);
        if (!room) {
            subscriptions.decrementAndGet();
            metrics.refused();
        }
        return room;
    }

    private boolean add(Mailbox address, TerminalSink sink) {
        List<TerminalSink> now = subscribed.compute(
                MailboxKey.of(address), (key, before) -> before == null ? List.of(sink) : plus(before, sink));
        return now.contains(sink);
    }

    /** The same list where it is full. */
    private static List<TerminalSink> plus(List<TerminalSink> before, TerminalSink sink) {
        if (before.size() >= SUBSCRIPTIONS_PER_ADDRESS_MAX) return before;
        var more = new ArrayList<TerminalSink>(before);
        more.add(sink);
        return List.copyOf(more);
    }

    /** Ends what {@link #subscribe} began; once is enough, and more do no harm. */
    public void unsubscribe(Mailbox address, TerminalSink sink) {
        boolean[] removed = new boolean[1];
        subscribed.computeIfPresent(MailboxKey.of(address), (key, before) -> {
            var rest = new ArrayList<TerminalSink>(before);
            removed[0] = rest.remove(sink);
            return rest.isEmpty() ? null : List.copyOf(rest);
        });
        if (removed[0]) subscriptions.decrementAndGet();
    }

    /** Subscriptions open now. */
    public int subscriptions() {
        return subscriptions.get();
    }

    /**
     * Writes a message to every terminal of its addresses.
     *
     * @param owner where the stage completes: the event loop of the session
     * @return completes when at least one terminal of each address has it; fails with {@link TerminalVanished} where
     *     those of an address are gone or do not take it within some seconds (answer 451 4.2.1 unless mail will do)
     */
    public CompletionStage<Void> deliver(TerminalMessage message, Executor owner) {
        var byAddress = new LinkedHashMap<Mailbox, Future<Void>>();
        for (Mailbox address : message.to()) byAddress.computeIfAbsent(address, each -> write(message, each));
        var outcome = new CompletableFuture<Void>();
        Future.join(List.copyOf(byAddress.values()))
                .onComplete(ended -> owner.execute(() -> settle(byAddress, outcome)));
        return outcome;
    }

    private Future<Void> write(TerminalMessage message, Mailbox address) {
        List<Future<Void>> writes = sinksOf(address).stream()
                .map(sink -> sink.write(message, address)
                        .onSuccess(done -> metrics.written())
                        .onFailure(lost -> metrics.failed()))
                .toList();
        if (writes.isEmpty()) return Future.failedFuture("no terminal");
        return Future.any(writes).mapEmpty();
    }

    private static void settle(Map<Mailbox, Future<Void>> byAddress, CompletableFuture<Void> outcome) {
        List<Mailbox> vanished = byAddress.entrySet().stream()
                .filter(written -> written.getValue().failed())
                .map(Map.Entry::getKey)
                .toList();
        if (vanished.isEmpty()) {
            outcome.complete(null);
        } else {
            outcome.completeExceptionally(new TerminalVanished(vanished));
        }
    }
}
