package posthaste.server.smtp;

import java.time.Instant;
import java.util.Optional;
import java.util.Set;
import posthaste.queue.MessageId;
import posthaste.queue.QueueException;
import posthaste.server.auth.SaslStep;
import posthaste.smtp.Command;
import posthaste.smtp.Extension;
import posthaste.smtp.Mailbox;
import posthaste.smtp.Replies;
import posthaste.smtp.Reply;

/**
 * Where a session stands. States are values that touch nothing: a command or an event in, a transition out. A command
 * is refused with 503 unless its default here or an override in the state says otherwise; what is the same in every
 * state stands here.
 *
 * <pre>
 *   Connected --HELO, EHLO--&gt; Ready --MAIL--&gt; Addressing --DATA--&gt; Receiving --the end of the message--&gt; Ready
 *                               ^                 |       --BDAT--&gt; Chunking  --the end of the last chunk--&gt; Ready
 *                               +--- RSET, HELO, EHLO ---------------+
 *   Ready --AUTH--&gt; Authenticating --its outcome--&gt; Ready
 *   Plaintext: TLS is wanted first --STARTTLS--&gt; Connected
 *   Denied: greeted with 554
 * </pre>
 */
sealed interface SessionState extends Command.Handler<Transition>
        permits Connected, Refusing, Ready, Authenticating, InTransaction {

    /** A topic of HELP. */
    String STATUS = "STATUS";

    /** The client. */
    Peer peer();

    /** The state that is left when the transaction is dropped. */
    default SessionState withoutTransaction() {
        return new Ready(peer());
    }

    @Override
    default Transition helo(Command.Helo command) {
        return new Transition(
                new Ready(peer().named(command.domain())),
                new Action.Drop(peer().greetings().helo()));
    }

    /** Ends a transaction like RSET (RFC 5321 §4.1.4). */
    @Override
    default Transition ehlo(Command.Ehlo command) {
        return new Transition(new Ready(peer().extended(command.domain())), new Action.Drop(peer().ehlo()));
    }

    @Override
    default Transition mail(Command.Mail command) {
        return refuse(Replies.BAD_SEQUENCE);
    }

    @Override
    default Transition rcpt(Command.Rcpt command) {
        return refuse(Replies.MAIL_FIRST);
    }

    @Override
    default Transition data(Command.Data command) {
        return refuse(Replies.MAIL_FIRST);
    }

    @Override
    default Transition bdat(Command.Bdat command) {
        return refuseChunk(command, Replies.MAIL_FIRST);
    }

    @Override
    default Transition lostBdat(Command.LostBdat command) {
        return new Transition(this, new Action.Close(command.refusal()));
    }

    @Override
    default Transition rset(Command.Rset command) {
        return new Transition(withoutTransaction(), new Action.Drop(Replies.OK), Toll.JUNK);
    }

    @Override
    default Transition noop(Command.Noop command) {
        return junk(Replies.OK);
    }

    @Override
    default Transition help(Command.Help command) {
        boolean status = command.topic().filter(STATUS::equalsIgnoreCase).isPresent();
        return junk(status ? peer().status(situation()) : Replies.help(command.topic(), peer().offer()));
    }

    @Override
    default Transition vrfy(Command.Vrfy command) {
        return junk(peer().verify(command));
    }

    @Override
    default Transition expn(Command.Expn command) {
        return junk(peer().expand(command));
    }

    /** Only for clients that the operator lists (RFC 1985 §5.3); this relay has no queues with names of their own. */
    @Override
    default Transition etrn(Command.Etrn command) {
        if (!peer().mayFlush()) return junk(Replies.ETRN_NOT_ALLOWED);
        if (command.scope() == Command.Etrn.Scope.QUEUE) return junk(Replies.unableToQueue(command.node()));
        return new Transition(this, new Action.Flush(command), Toll.JUNK);
    }

    /**
     * Refused with RFC 821's own code (§3.8): to change roles with somebody unknown would give the mail of others away
     * (RFC 5321 Appendix F.1).
     */
    @Override
    default Transition turn(Command.Turn command) {
        return last(Replies.TURN_UNSAFE);
    }

    /** Likewise (RFC 2645 §5). */
    @Override
    default Transition atrn(Command.Atrn command) {
        return last(Replies.AUTHENTICATION_NEEDED);
    }

    /** In the clear only (RFC 3207 §4.2); everything that is known of the client is forgotten with the answer. */
    @Override
    default Transition startTls(Command.StartTls command) {
        if (peer().proof().tls().isPresent()) return last(Replies.TLS_ALREADY);
        if (!peer().offer().offers(Extension.START_TLS)) return last(Replies.notImplemented("STARTTLS"));
        return new Transition(this, new Action.Secure());
    }

    @Override
    default Transition auth(Command.Auth command) {
        return refuse(Replies.notImplemented("AUTH"));
    }

    /** Only hosts that the operator lists speak for others: what they say decides who may relay. */
    @Override
    default Transition xclient(Command.Xclient command) {
        if (!peer().mayForward()) return junk(Replies.FORWARDING_NOT_ALLOWED);
        return new Transition(this, new Action.SpeakFor(command.attributes()));
    }

    @Override
    default Transition xforward(Command.Xforward command) {
        if (!peer().mayForward()) return junk(Replies.FORWARDING_NOT_ALLOWED);
        return new Transition(this, new Action.TellApart(command.attributes()), Toll.JUNK);
    }

    @Override
    default Transition quit(Command.Quit command) {
        return new Transition(this, new Action.Close(peer().greetings().closing()));
    }

    @Override
    default Transition unimplemented(Command.Unimplemented command) {
        return refuse(Replies.notImplemented(command.verb()));
    }

    @Override
    default Transition foreign(Command.Foreign line) {
        return refuse(Replies.UNKNOWN_COMMAND);
    }

    /** A line that cannot be read carries its answer; 553 is only ever said of a recipient. */
    @Override
    default Transition malformed(Command.Malformed line) {
        Toll toll = line.refusal().code() == 553 ? Toll.ERROR : Toll.of(line.refusal());
        return new Transition(this, new Action.Respond(line.refusal()), toll);
    }

    /** What HELP STATUS tells of the transaction. */
    default String situation() {
        return "No transaction";
    }

    /** The client has answered a challenge. */
    default Transition responded(byte[] response) {
        throw new IllegalStateException("no challenge was sent in " + this);
    }

    /** The client has answered a challenge with what is no response, which ends the exchange. */
    default Transition notResponded(Reply reply) {
        throw new IllegalStateException("no challenge was sent in " + this);
    }

    /** A mechanism has come a step on. */
    default Transition authenticated(SaslStep step) {
        throw new IllegalStateException("nobody authenticates in " + this);
    }

    /** The domain of a recipient was looked up: whether it takes mail. */
    default Transition domainChecked(Action.CheckDomain check, Optional<Reply> refusal) {
        throw new IllegalStateException("no recipient was checked in " + this);
    }

    /** A chunk has come whole. */
    default Transition chunkReceived(Command.Bdat chunk, Content content, Instant now) {
        throw new IllegalStateException("no chunk was announced in " + this);
    }

    /** The content filters were asked about the message. */
    default Transition judged(FilterVerdict verdict, Content content, Instant now) {
        throw new IllegalStateException("nothing was shown to filters in " + this);
    }

    /**
     * Terminals were written to.
     *
     * @param vanished addresses none of whose terminals took the message
     */
    default Transition shown(Set<Mailbox> vanished, Content content, Instant now) {
        throw new IllegalStateException("nothing was shown in " + this);
    }

    /** The message that was announced has ended. */
    default Transition received(Content content, Instant now) {
        throw new IllegalStateException("no message was announced in " + this);
    }

    /** The message is on disk: the relay answers for it from here on (RFC 5321 §6.1). */
    default Transition accepted(MessageId id) {
        throw new IllegalStateException("no message was received in " + this);
    }

    /** The queue did not take the message, and keeps nothing of it. */
    default Transition notAccepted(QueueException why) {
        throw new IllegalStateException("no message was received in " + this, why);
    }

    /** Says no, and that is all. */
    default Transition refuse(Reply reply) {
        return new Transition(this, new Action.Respond(reply), Toll.of(reply));
    }

    /** Says no to a chunk, which is read and thrown away all the same (RFC 3030 §2). */
    default Transition refuseChunk(Command.Bdat command, Reply reply) {
        Optional<Reply> worse = Chunking.refusal(command, peer().limits());
        if (worse.isPresent()) return new Transition(this, new Action.Close(worse.get()));
        return new Transition(this, new Action.SkipChunk(reply, command.octets()), Toll.of(reply));
    }

    /** Answers a command behind which nothing may have been sent (RFC 2920 §3.1). */
    default Transition last(Reply reply) {
        return new Transition(this, new Action.RespondLast(reply), Toll.of(reply));
    }

    /** Answers what moves no mail; a mistake counts as such, not as junk. */
    default Transition junk(Reply reply) {
        Toll toll = Toll.of(reply);
        return new Transition(this, new Action.Respond(reply), toll == Toll.ERROR ? toll : Toll.JUNK);
    }
}
