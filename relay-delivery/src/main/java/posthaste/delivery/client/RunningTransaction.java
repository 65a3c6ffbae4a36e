package posthaste.delivery.client;

import java.util.Optional;
import posthaste.delivery.FailureRules;
import posthaste.delivery.FailureRules.Meaning;
import posthaste.delivery.client.RecipientLedger.Ending;
import posthaste.delivery.client.RecipientResult.Kind;
import posthaste.delivery.route.NextHop;
import posthaste.queue.DotSlots;
import posthaste.queue.Envelope;
import posthaste.smtp.BodyType;
import posthaste.smtp.Extensions;
import posthaste.smtp.Reply;

/**
 * One transaction on its connection: which reply comes next, what it means, and how it ended for each recipient. Decides
 * and touches no socket. Its steps are RSET (where the last transaction was left open), MAIL, one RCPT per recipient,
 * DATA and the final dot, each answered in its turn. Binary content has no DATA: behind the last RCPT it follows a BDAT
 * with its size, and what is said here of the final dot is true of its last octet.
 */
final class RunningTransaction {
    private static final DotSlots.Slot NO_SLOT = () -> {};
    private static final int RSET = 0;
    private static final int MAIL = 1;
    private static final int FIRST_RCPT = 2;

    /** What the connection does next. */
    enum Next {
        /** Replies are still to come. */
        WAIT,
        /** Write the next command: the host does not take them in groups. */
        COMMAND,
        /** Send the content. */
        BODY,
        /** Nobody was accepted, and yet the host waits for content: end it at once (RFC 2920 §3.1). */
        LONE_DOT,
        /** From MAIL on, without optional parameters. */
        RESTART,
        /** The transaction has ended. */
        OVER,
        /** The connection is of no use any more; {@link #failure} tells why. */
        BROKEN
    }

    private final Transaction transaction;
    private final NextHop hop;
    private final Extensions host;
    private final boolean grouped;
    private final boolean binary;
    private RecipientLedger ledger;

    /** The step of the first command, of the next reply, and of the next command to write. */
    private int first = MAIL;

    private int awaited = MAIL;
    private int written = MAIL;

    private boolean begun;
    private boolean withOptional = true;
    private boolean restarting;
    /** Recipients that were refused for their parameters. */
    private int parametersRefused;

    private boolean mailAccepted;
    private boolean bodyBegun;
    private boolean dotWritten;
    private boolean loneDot;
    private boolean sawOddSuccess;
    private DotSlots.Slot slot = NO_SLOT;

    /** The reply that decided over the message as a whole: to MAIL, DATA or the final dot. */
    private Optional<Ending> verdict = Optional.empty();

    private Optional<HostFailure> failure = Optional.empty();

    /** @param grouped whether the host takes commands in groups (RFC 2920) */
    RunningTransaction(Transaction transaction, NextHop hop, Extensions host, boolean grouped) {
        this.transaction = transaction;
        this.hop = hop;
        this.host = host;
        this.grouped = grouped;
        binary = envelope().bodyType() == BodyType.BINARY_MIME;
        ledger = newLedger();
    }

    private RecipientLedger newLedger() {
        return new RecipientLedger(transaction.recipients(), OwnReplies.notBegun(hop));
    }

    private Envelope envelope() {
        return transaction.delivery().message().envelope();
    }

    Transaction transaction() {
        return transaction;
    }

    private int dataStep() {
        return FIRST_RCPT + ledger.size();
    }

    /** Whether the content follows without DATA, as octets that are counted beforehand (RFC 3030 §2). */
    boolean isBinary() {
        return binary;
    }

    // What is written.

    boolean isBegun() {
        return begun;
    }

    /**
     * The first commands: the whole envelope where the host takes groups, else one.
     *
     * @param withReset whether the last transaction was left open
     * @param nowMillis by the clock that set the deadlines of messages
     */
    byte[] begin(boolean withReset, long nowMillis) {
        begun = true;
        first = withReset ? RSET : MAIL;
        awaited = first;
        written = first;
        return commands(nowMillis);
    }

    /** The commands that may be written now. */
    byte[] commands(long nowMillis) {
        int last = binary ? dataStep() - 1 : dataStep();
        int end = grouped ? last + 1 : written + 1;
        var commands = new EnvelopeCommands(end - written);
        while (written < end) add(commands, written++, nowMillis);
        return commands.octets();
    }

    private void add(EnvelopeCommands commands, int step, long nowMillis) {
        if (step == RSET) {
            commands.rset();
        } else if (step == MAIL) {
            commands.mail(envelope(), transaction.delivery().body().bytes(), host, withOptional, nowMillis);
        } else if (step < dataStep()) {
            commands.rcpt(ledger.recipient(step - FIRST_RCPT), host, withOptional);
        } else {
            commands.data();
        }
    }

    /** The final dot is about to be handed to the socket: from now on only its reply tells what became of the message. */
    void dotWritten(DotSlots.Slot claimed) {
        slot = claimed;
        dotWritten = true;
    }

    void loneDotWritten() {
        dotWritten = true;
    }

    /** Whether all of it is on the wire, so that another envelope may follow (RFC 2920 §3.1). */
    boolean isDotWritten() {
        return dotWritten && !restarting;
    }

    // What is read.

    /** Whether a reply is due, or may come early. */
    boolean awaitsReply() {
        return awaited < written || bodyBegun;
    }

    /** Whether any reply has come. */
    boolean isAnswered() {
        return awaited > first;
    }

    Stage stage() {
        if (awaited == RSET) return Stage.RSET;
        if (awaited == MAIL) return Stage.MAIL;
        if (awaited < dataStep()) return Stage.RCPT;
        if (awaited == dataStep()) return Stage.DATA;
        return dotWritten ? Stage.DOT : Stage.BODY;
    }

    /** Takes the next reply. */
    Next take(Reply reply) {
        Stage stage = stage();
        int step = awaited++;
        sawOddSuccess |= FailureRules.isOddSuccess(reply);
        return switch (stage) {
            case RSET -> FailureRules.rset(reply) == Meaning.SUCCESS ? goOn() : broken(stage, reply);
            case MAIL -> mail(reply);
            case RCPT -> rcpt(reply, step - FIRST_RCPT);
            case DATA -> data(reply);
            case BODY -> early(reply);
            case DOT -> dot(reply);
            case CONNECT, GREETING, EHLO, IDLE -> throw new IllegalStateException("no stage of a transaction");
        };
    }

    private Next mail(Reply reply) {
        boolean optionalSent = withOptional && EnvelopeCommands.hasOptional(envelope(), host);
        Meaning meaning = FailureRules.mail(reply, optionalSent);
        switch (meaning) {
            case SUCCESS -> mailAccepted = true;
            case WITHOUT_OPTIONAL -> restarting = true;
            case DEFER, BOUNCE -> judge(meaning, reply);
            default -> {
                return unusable(Stage.MAIL, meaning, reply);
            }
        }
        return goOn();
    }

    private Next rcpt(Reply reply, int index) {
        if (!mailAccepted) return collateral(reply);
        boolean optionalSent = withOptional && EnvelopeCommands.hasOptional(ledger.recipient(index), host);
        Meaning meaning = FailureRules.rcpt(reply, ledger.accepted(), optionalSent);
        switch (meaning) {
            case SUCCESS -> ledger.accept(index, reply);
            case AGAIN -> ledger.again(index, reply);
            case DEFER -> ledger.defer(index, reply);
            case BOUNCE -> ledger.bounce(index, reply);
            case WITHOUT_OPTIONAL -> refuseParameters(index, reply);
            default -> {
                ledger.brokeOff(index, reply);
                return unusable(Stage.RCPT, meaning, reply);
            }
        }
        return goOn();
    }

    /** A host that takes the parameters of no recipient takes none: it is asked once more without them. */
    private void refuseParameters(int index, Reply reply) {
        if (reply.code() < 500) ledger.defer(index, reply);
        else ledger.bounce(index, reply);
        parametersRefused++;
        restarting = parametersRefused == ledger.size();
    }

    /** To RCPT behind a MAIL that failed: what it says has its cause there. */
    private Next collateral(Reply reply) {
        if (FailureRules.isClosing(reply)) return broken(Stage.RCPT, reply);
        return reply.code() / 100 == 3 ? unusable(Stage.RCPT, Meaning.PROTOCOL_ERROR, reply) : goOn();
    }

    /** Behind a reply to RSET, MAIL or RCPT. */
    private Next goOn() {
        if (awaited < written) return Next.WAIT;
        boolean refused = awaited > MAIL && !mailAccepted;
        boolean nobody = awaited == dataStep() && ledger.accepted() == 0;
        if (refused || nobody) return over();
        return binary && awaited == dataStep() ? body() : Next.COMMAND;
    }

    /** There is no DATA to be answered: the next reply is that to the content. */
    private Next body() {
        awaited++;
        written = awaited;
        bodyBegun = true;
        return Next.BODY;
    }

    private Next data(Reply reply) {
        if (ledger.accepted() == 0) return dataForNobody(reply);
        Meaning meaning = FailureRules.data(reply);
        return switch (meaning) {
            case GO_AHEAD -> {
                bodyBegun = true;
                yield Next.BODY;
            }
            case DEFER, BOUNCE -> judge(meaning, reply);
            default -> unusable(Stage.DATA, meaning, reply);
        };
    }

    private Next dataForNobody(Reply reply) {
        if (reply.code() == 354) {
            bodyBegun = true;
            loneDot = true;
            return Next.LONE_DOT;
        }
        boolean refused = reply.code() >= 400 && !FailureRules.isClosing(reply);
        return refused ? over() : unusable(Stage.DATA, FailureRules.data(reply), reply);
    }

    /** A reply before the content has ended: a refusal it may be, success it cannot. */
    private Next early(Reply reply) {
        Meaning meaning = FailureRules.dot(reply);
        if (meaning == Meaning.CLOSING) return broken(Stage.BODY, reply);
        if (meaning != Meaning.DEFER && meaning != Meaning.BOUNCE) {
            return unusable(Stage.BODY, Meaning.PROTOCOL_ERROR, reply);
        }
        judge(meaning, reply);
        failure = Optional.of(HostFailure.of(Stage.BODY, reply).harmless()); // its message is judged, the host is well
        return Next.BROKEN;
    }

    private Next dot(Reply reply) {
        if (loneDot) return FailureRules.isClosing(reply) ? broken(Stage.DOT, reply) : over();
        Meaning meaning = FailureRules.dot(reply);
        return switch (meaning) {
            case SUCCESS -> {
                verdict = Optional.of(Ending.all(Kind.DELIVERED, reply, Scope.NONE));
                yield Next.OVER;
            }
            case DEFER, BOUNCE -> judge(meaning, reply);
            default -> unusable(Stage.DOT, meaning, reply);
        };
    }

    private Next judge(Meaning meaning, Reply reply) {
        Kind kind = meaning == Meaning.BOUNCE ? Kind.BOUNCED : Kind.DEFERRED;
        verdict = Optional.of(Ending.all(kind, reply, Scope.MESSAGE));
        return Next.OVER;
    }

    private Next over() {
        return restarting ? Next.RESTART : Next.OVER;
    }

    /** Begins again without optional parameters. */
    byte[] restart(long nowMillis) {
        boolean withReset = leavesOpen();
        restarting = false;
        withOptional = false;
        mailAccepted = false;
        parametersRefused = 0;
        ledger = newLedger();
        bodyBegun = false;
        loneDot = false;
        dotWritten = false;
        return begin(withReset, nowMillis);
    }

    private Next unusable(Stage stage, Meaning meaning, Reply reply) {
        if (meaning == Meaning.CLOSING || meaning == Meaning.HOST) return broken(stage, reply);
        return broken(stage, OwnReplies.protocolError(hop, stage, "unexpected " + reply.oneLine()));
    }

    private Next broken(Stage stage, Reply reply) {
        failure = Optional.of(HostFailure.of(stage, reply));
        return Next.BROKEN;
    }

    /** What a reply to this transaction says of the host; present behind BROKEN. */
    Optional<HostFailure> failure() {
        return failure;
    }

    // How it ended.

    /** Whether the next transaction needs an RSET: this one was begun and never came to its dot. */
    boolean leavesOpen() {
        return mailAccepted && !dotWritten;
    }

    /** Whether the host gave a success code that does not belong there. */
    boolean sawOddSuccess() {
        return sawOddSuccess;
    }

    /** The result of a transaction that is OVER. */
    TransactionResult result() {
        return result(verdict.orElseGet(this::nobodyAccepted), Optional.empty());
    }

    /** Every recipient has its own answer, so this applies to none. */
    private Ending nobodyAccepted() {
        return Ending.all(Kind.DEFERRED, OwnReplies.notBegun(hop), Scope.RECIPIENT);
    }

    /** The stored content could not be read, so it could not be sent. */
    void unreadable() {
        verdict = Optional.of(Ending.all(Kind.DEFERRED, OwnReplies.unreadable(), Scope.MESSAGE));
    }

    /** The result of a transaction of which nothing was sent. */
    static TransactionResult unsent(Transaction transaction, NextHop hop, Ending ending) {
        var ledger = new RecipientLedger(transaction.recipients(), ending.reply());
        return new TransactionResult(
                transaction, hop, ledger.close(ending), Optional.empty(), false, PassedOn.NOTHING, NO_SLOT);
    }

    /** The connection ended before the host was asked anything, or where that must not count. */
    TransactionResult notStarted(HostFailure why) {
        return result(Ending.all(Kind.NOT_STARTED, why.reply(), Scope.HOST), Optional.of(why));
    }

    /** The connection ended without a failure before this transaction. */
    TransactionResult notStarted() {
        return result(Ending.all(Kind.NOT_STARTED, OwnReplies.notBegun(hop), Scope.HOST), Optional.empty());
    }

    /** The connection failed in the middle of this transaction. */
    TransactionResult broken(HostFailure why) {
        return result(verdict.orElseGet(() -> endingOf(why)), Optional.of(why));
    }

    private Ending endingOf(HostFailure why) {
        boolean said = FailureRules.isClosing(why.reply());
        if (isAmbiguous(why)) {
            return Ending.all(Kind.AMBIGUOUS, OwnReplies.ambiguous(why.reply()), Scope.HOST);
        }
        // A host that says it must close has said nothing of those it was not asked about yet.
        Kind unanswered = said ? Kind.NOT_STARTED : Kind.DEFERRED;
        return new Ending(Kind.DEFERRED, unanswered, why.reply(), Scope.HOST);
    }

    /** Whether the dot is out and its reply lost: the host may have taken the message (RFC 1047). */
    boolean isAmbiguous(HostFailure why) {
        return dotWritten && !loneDot && verdict.isEmpty() && !FailureRules.isClosing(why.reply());
    }

    private TransactionResult result(Ending ending, Optional<HostFailure> why) {
        PassedOn passedOn = EnvelopeCommands.passedOn(envelope(), host, withOptional);
        return new TransactionResult(transaction, hop, ledger.close(ending), why, true, passedOn, slot);
    }
}
