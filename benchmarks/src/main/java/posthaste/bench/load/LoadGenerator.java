package posthaste.bench.load;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;

/**
 * Offers a load to a relay and enters every 250 in the ledger. One thread, the caller's, serves all connections.
 *
 * <p>In an open loop a message is due at its time whether or not a client is free, and its latency counts from then: a
 * relay that stalls is charged for every message that had to wait, not only for the one it held (coordinated omission).
 */
public final class LoadGenerator {
    /** After so many failed messages the run is given up: the relay does not take mail. */
    private static final int FAILURES_MAX = 1_000;

    private static final int READ_BYTES = 64 * 1024;
    private static final long WAIT_MILLIS = 100;

    /** How long the last answers may take. */
    private static final long STALL_NANOS = 60_000_000_000L;

    private final InetSocketAddress relay;
    private final Optional<TlsClients> tls;
    private final LoadShape shape;
    private final LoadContent content;
    private final MessageLedger ledger;
    private final byte[][] recipientHeads;
    private final byte[][] recipientTails;
    private final ByteBuffer shared = ByteBuffer.allocateDirect(READ_BYTES);
    private final Deque<Client> idle = new ArrayDeque<>();

    private long startNanos;
    private long endNanos;
    private long messages;
    private long begun;
    private long lastProgressNanos;
    private int failures;
    private Optional<String> firstFailure = Optional.empty();

    public LoadGenerator(InetSocketAddress relay, LoadShape shape, LoadContent content, MessageLedger ledger) {
        this(relay, shape, content, ledger, Optional.empty());
    }

    /** @param tls what the connections go through, where that is TLS */
    public LoadGenerator(
            InetSocketAddress relay,
            LoadShape shape,
            LoadContent content,
            MessageLedger ledger,
            Optional<TlsClients> tls) {
        this.tls = tls;
        this.relay = relay;
        this.shape = shape;
        this.content = content;
        this.ledger = ledger;
        recipientHeads = new byte[shape.recipients()][];
        for (int i = 0; i < recipientHeads.length; i++) {
            recipientHeads[i] = ("RCPT TO:<r" + i + ".").getBytes(US_ASCII);
        }
        recipientTails = new byte[shape.domains()][];
        for (int i = 0; i < recipientTails.length; i++) {
            recipientTails[i] = ("@d" + i + "." + shape.domainSuffix() + ">\r\n").getBytes(US_ASCII);
        }
    }

    /**
     * What a load came to, besides what the ledger holds.
     *
     * @param firstId of its messages
     * @param endId behind the last
     * @param startNanos when the first connection was begun
     * @param failures messages that were not answered 250
     * @param firstFailure why the first of them was not
     */
    public record Offered(long firstId, long endId, long startNanos, int failures, Optional<String> firstFailure) {}

    /**
     * Offers messages until {@code limit} and waits for their answers; then every client says QUIT.
     *
     * @throws IOException where the relay refuses so much that nothing can be measured, or stops to answer
     */
    public Offered run(LoadShape.Limit limit) throws IOException {
        long firstId = ledger.nextId();
        messages = limit.messages();
        startNanos = System.nanoTime();
        endNanos = startNanos + limit.time().toNanos();
        lastProgressNanos = startNanos;
        List<Client> clients = new ArrayList<>(shape.connections());
        try (Selector selector = Selector.open();
                Pacer pacer = Pacer.of(shape, selector)) {
            for (int i = 0; i < shape.connections(); i++) clients.add(new Client(this, shape, content, selector));
            idle.addAll(clients);
            pacer.start();
            beginDue();
            while (mayBegin() || idle.size() < clients.size()) {
                selector.select(this::ready, WAIT_MILLIS);
                beginDue();
                requireProgress(clients);
            }
            requireProgress(clients);
            leave(selector, clients);
        } finally {
            clients.forEach(Client::disconnect);
            idle.clear();
        }
        return new Offered(firstId, ledger.nextId(), startNanos, failures, firstFailure);
    }

    /** What the connections of one more client go through. */
    Wire.Maker wires() {
        return tls.isPresent() ? tls.get().ofOneClient() : Wire.Plain::new;
    }

    private void ready(SelectionKey key) {
        if (key.isValid()) ((Client) key.attachment()).ready(key, shared);
    }

    private void leave(Selector selector, List<Client> clients) throws IOException {
        idle.clear();
        int leaving = 0;
        for (Client client : clients) {
            if (client.isConnected()) {
                leaving++;
                client.quit();
            }
        }
        while (idle.size() < leaving) {
            selector.select(this::ready, WAIT_MILLIS);
            requireProgress(clients);
        }
    }

    private void requireProgress(List<Client> clients) throws IOException {
        if (failures >= FAILURES_MAX) {
            throw new IOException(failures + " messages failed; the first: " + firstFailure.orElse("")
                    + ". The relay at " + relay + " must take mail from loopback for " + shape.domainSuffix());
        }
        if (idle.size() == clients.size()) lastProgressNanos = System.nanoTime();
        if (System.nanoTime() - lastProgressNanos > STALL_NANOS) {
            throw new IOException("the relay at " + relay + " answered nothing for 60 s");
        }
    }

    private boolean mayBegin() {
        if (begun >= messages || failures >= FAILURES_MAX) return false;
        return (shape.ratePerSecond() > 0 ? dueNanos() : System.nanoTime()) < endNanos;
    }

    private long dueNanos() {
        return startNanos + shape.dueNanos(begun);
    }

    /** Gives every idle client a message, as far as messages are due. */
    private void beginDue() {
        while (!idle.isEmpty() && mayBegin()) {
            long now = System.nanoTime();
            long due = shape.ratePerSecond() > 0 ? dueNanos() : now;
            if (due > now) return;
            begun++;
            idle.removeFirst().send(ledger.open(due, shape.recipients()), relay);
        }
    }

    void acknowledged(long id) {
        long now = System.nanoTime();
        lastProgressNanos = now;
        ledger.acknowledged(id, now);
    }

    void failed(String why) {
        failures++;
        if (firstFailure.isEmpty()) firstFailure = Optional.of(why);
    }

    /** {@code client} has no message any more. */
    void free(Client client) {
        idle.addLast(client);
    }

    byte[] recipientHead(int recipient) {
        return recipientHeads[recipient];
    }

    byte[] recipientTail(long domain) {
        return recipientTails[(int) domain];
    }
}
