package posthaste.delivery;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import posthaste.delivery.client.RecipientResult;
import posthaste.delivery.client.Scope;
import posthaste.delivery.client.Stage;
import posthaste.delivery.client.TransactionResult;
import posthaste.delivery.route.NextHop;
import posthaste.delivery.route.OwnMailboxes;
import posthaste.queue.Delivery;
import posthaste.queue.DotSlots;
import posthaste.queue.Recipient;
import posthaste.smtp.Reply;

/**
 * One delivery on its way: which recipients are still to be tried, and what the others came to. Owned by one event loop
 * at a time: its destination's, its site's or its connection's; handed on by posting.
 */
final class Attempt {
    /** Hosts that fail under a message before it waits. */
    private static final int HOSTS_MAX = 5;
    /** Further hosts for what one host put off for now. */
    private static final int FURTHER_HOSTS_MAX = 1;
    /** How often a connection may end before the message was begun. */
    private static final int NOT_STARTED_MAX = 20;

    private static final Reply NOT_YET = Reply.of(451, "4.5.3", "The next transaction is for these recipients");

    private final Destination destination;
    private final Delivery delivery;
    private final Tried tried;
    private List<Recipient> open;
    private final List<RecipientOutcome> outcomes;
    private Optional<Why> last = Optional.empty();
    private int notStarted;
    private Optional<DotSlots.Slot> slot = Optional.empty();

    /** Why recipients are still open. */
    private record Why(Reply reply, Stage stage, String host, RecipientOutcome.Kind kind) {}

    /** What outlives a part of the recipients: the hosts that were tried for the others. */
    static final class Tried {
        private final List<NextHop> hops = new ArrayList<>(0);
        private int broken;
        private int putOff;

        boolean contains(NextHop hop) {
            return !hops.isEmpty() && hops.contains(hop);
        }

        boolean isEmpty() {
            return hops.isEmpty();
        }

        private void add(NextHop hop) {
            if (!hops.contains(hop)) hops.add(hop);
        }
    }

    private Attempt(
            Destination destination,
            Delivery delivery,
            Tried tried,
            List<Recipient> open,
            List<RecipientOutcome> outcomes) {
        this.destination = destination;
        this.delivery = delivery;
        this.tried = tried;
        this.open = open;
        this.outcomes = outcomes;
    }

    static Attempt of(Destination destination, Delivery delivery) {
        return new Attempt(destination, delivery, new Tried(), delivery.recipients(), new ArrayList<>(1));
    }

    /** Goes on with the next revision of the delivery, once what this attempt came to so far is recorded. */
    Attempt continued(Delivery next) {
        var waiting = new ArrayList<RecipientOutcome>();
        for (RecipientOutcome each : outcomes) if (!each.isFinal()) waiting.add(each);
        return new Attempt(destination, next, tried, open, waiting);
    }

    Destination destination() {
        return destination;
    }

    Delivery delivery() {
        return delivery;
    }

    /** Whether another host is wanted than {@code hop}. */
    boolean hasTried(NextHop hop) {
        return tried.contains(hop);
    }

    /** Whether any host is as good as another. */
    boolean takesAnyHost() {
        return tried.isEmpty();
    }

    /** Recipients for the next transaction, at most {@code max}. */
    List<Recipient> next(int max) {
        return open.size() <= max ? open : open.subList(0, max);
    }

    /** Whether recipients are still to be tried. */
    boolean isOpen() {
        return !open.isEmpty();
    }

    /** Whether any recipient is done with for good: that has to be recorded before the others go on. */
    boolean hasFinal() {
        for (RecipientOutcome each : outcomes) if (each.isFinal()) return true;
        return false;
    }

    /** Whether any recipient was tried and waits again. */
    boolean hasWaiting() {
        for (RecipientOutcome each : outcomes) if (!each.isFinal()) return true;
        return false;
    }

    List<RecipientOutcome> outcomes() {
        return outcomes;
    }

    List<Recipient> open() {
        return open;
    }

    /** Called once what came of it is in the queue. */
    void recorded() {
        slot.ifPresent(DotSlots.Slot::release);
    }

    /** Everything was delivered by one transaction, and nobody is to be told: the way of nearly all mail. */
    boolean delivered(TransactionResult result) {
        List<RecipientResult> results = result.recipients();
        if (results.size() != open.size() || !outcomes.isEmpty()) return false;
        for (RecipientResult each : results) {
            if (each.kind() != RecipientResult.Kind.DELIVERED || isToldOfRelay(each, result)) return false;
        }
        slot = Optional.of(result.slot());
        String host = result.hop().toString();
        for (RecipientResult each : results) finish(each, RecipientOutcome.Kind.DELIVERED, host);
        open = List.of();
        return true;
    }

    /**
     * Takes what a transaction came to. What stays open may be tried again: with another host where this one failed or
     * put it off, as long as there is {@code another}.
     */
    void ended(TransactionResult result, boolean another) {
        boolean broken = result.recipients().stream().anyMatch(Attempt::isBroken);
        boolean putOff = result.recipients().stream().anyMatch(Attempt::isPutOff);
        boolean unsuited = result.recipients().stream().anyMatch(each -> isUnsuited(each, result));
        boolean mayMove = another
                && (broken ? tried.broken < HOSTS_MAX - 1 : (putOff || unsuited) && tried.putOff < FURTHER_HOSTS_MAX);
        var stay = new ArrayList<Recipient>(open.size());
        String host = result.hop().toString();
        for (RecipientResult each : result.recipients()) take(each, result, mayMove, host, stay);
        if (mayMove && (broken || putOff || unsuited)) {
            tried.add(result.hop());
            if (broken) tried.broken++;
            else tried.putOff++;
        }
        stay.addAll(open.subList(result.recipients().size(), open.size()));
        open = List.copyOf(stay);
        keepOrRelease(result.slot());
        boolean begun = result.recipients().stream().anyMatch(each -> each.kind() != RecipientResult.Kind.NOT_STARTED);
        if (begun) notStarted = 0;
        else if (++notStarted >= NOT_STARTED_MAX) giveUp();
    }

    /** A host that has answered and taken nothing cannot make a duplicate; else the mark stays until the record. */
    private void keepOrRelease(DotSlots.Slot mark) {
        if (outcomes.isEmpty()) {
            mark.release();
        } else {
            recorded();
            slot = Optional.of(mark);
        }
    }

    private void take(
            RecipientResult each, TransactionResult result, boolean mayMove, String host, List<Recipient> stay) {
        Stage stage = each.scope() == Scope.RECIPIENT ? Stage.RCPT : Stage.DOT;
        switch (each.kind()) {
            case DELIVERED -> {
                boolean told = isToldOfRelay(each, result);
                finish(each, told ? RecipientOutcome.Kind.RELAYED : RecipientOutcome.Kind.DELIVERED, host);
            }
            case BOUNCED -> {
                if (mayMove && isUnsuited(each, result)) stay(each, stage, host, RecipientOutcome.Kind.BOUNCED, stay);
                else finish(each, RecipientOutcome.Kind.BOUNCED, host);
            }
            case AMBIGUOUS -> finish(each, RecipientOutcome.Kind.AMBIGUOUS, host);
            case DEFERRED -> {
                if (mayMove) stay(each, stage, host, RecipientOutcome.Kind.DEFERRED, stay);
                else finish(each, RecipientOutcome.Kind.DEFERRED, host);
            }
            case AGAIN -> stay(each, stage, host, RecipientOutcome.Kind.DEFERRED, stay);
            case NOT_STARTED -> stay(each, stage, host, RecipientOutcome.Kind.POSTPONED, stay);
        }
    }

    private void stay(
            RecipientResult each, Stage stage, String host, RecipientOutcome.Kind kind, List<Recipient> stay) {
        stay.add(each.recipient());
        last = Optional.of(new Why(each.reply(), stage, host, kind));
    }

    private void finish(RecipientResult each, RecipientOutcome.Kind kind, String host) {
        Stage stage = each.scope() == Scope.RECIPIENT ? Stage.RCPT : Stage.DOT;
        outcomes.add(new RecipientOutcome(
                each.recipient(), kind, each.reply(), FailureRules.statusOf(stage, each.reply()), host));
    }

    private boolean isToldOfRelay(RecipientResult each, TransactionResult result) {
        return RelayNotices.isWanted(delivery.message().envelope(), each.recipient(), result.passedOn());
    }

    private static boolean isBroken(RecipientResult each) {
        return each.kind() == RecipientResult.Kind.DEFERRED && each.scope() == Scope.HOST;
    }

    private static boolean isPutOff(RecipientResult each) {
        return each.kind() == RecipientResult.Kind.DEFERRED && each.scope() != Scope.HOST;
    }

    /** The host was not even asked: it lacks what the message needs, and another host may have it. */
    private static boolean isUnsuited(RecipientResult each, TransactionResult result) {
        return each.kind() == RecipientResult.Kind.BOUNCED && each.scope() == Scope.MESSAGE && !result.asked();
    }

    /** No host is left for what is still open: it ends as the last host left it. */
    void giveUp() {
        for (Recipient recipient : open) outcomes.add(left(recipient));
        open = List.of();
    }

    /** Why recipients are still open, for the record of those that are not. */
    Reply lastReply() {
        return why().reply();
    }

    String lastHost() {
        return why().host();
    }

    private Why why() {
        return last.orElseGet(() -> new Why(
                delivery.lastReply().orElse(NOT_YET),
                Stage.RCPT,
                delivery.lastHost(),
                RecipientOutcome.Kind.POSTPONED));
    }

    private RecipientOutcome left(Recipient recipient) {
        Why why = why();
        return new RecipientOutcome(
                recipient, why.kind(), why.reply(), FailureRules.statusOf(why.stage(), why.reply()), why.host());
    }

    /** Those that end here are bounced; the others stay open. */
    void refuse(OwnMailboxes own) {
        var stay = new ArrayList<Recipient>(open.size());
        for (Recipient recipient : open) {
            Optional<Reply> refusal = own.refusal(recipient.mailbox());
            if (refusal.isPresent()) bounce(recipient, refusal.get());
            else stay.add(recipient);
        }
        open = List.copyOf(stay);
    }

    private void bounce(Recipient recipient, Reply reply) {
        outcomes.add(new RecipientOutcome(
                recipient, RecipientOutcome.Kind.BOUNCED, reply, FailureRules.statusOf(Stage.RCPT, reply), ""));
    }

    /** Everything that is open ends alike: what the name system or the operator's own rules decide. */
    void endAll(RecipientOutcome.Kind kind, Reply reply) {
        for (Recipient recipient : open) {
            outcomes.add(new RecipientOutcome(recipient, kind, reply, FailureRules.statusOf(Stage.CONNECT, reply), ""));
        }
        open = List.of();
    }
}
