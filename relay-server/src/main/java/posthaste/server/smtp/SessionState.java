package posthaste.server.smtp;

import java.time.Instant;
import posthaste.queue.MessageId;
import posthaste.queue.QueueException;
import posthaste.smtp.Command;
import posthaste.smtp.Replies;
import posthaste.smtp.Reply;

/**
 * Where a session stands. States are values that touch nothing: a command or an event in, a transition out. A command
 * is refused with 503 unless its default here or an override in the state says otherwise; what is the same in every
 * state stands here.
 *
 * <pre>
 *   Connected --HELO, EHLO--&gt; Ready --MAIL--&gt; Addressing --DATA--&gt; Receiving --the end of the message--&gt; Ready
 *                               ^                 | RSET, HELO, EHLO
 *                               +-----------------+
 * </pre>
 */
sealed interface SessionState extends Command.Handler<Transition> permits Connected, Ready, Addressing, Receiving {

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
                new Action.Respond(peer().greetings().helo()));
    }

    /** Ends a transaction like RSET (RFC 5321 §4.1.4). */
    @Override
    default Transition ehlo(Command.Ehlo command) {
        return new Transition(
                new Ready(peer().extended(command.domain())),
                new Action.Respond(peer().greetings().ehlo()));
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

    /** What follows is consumed all the same (RFC 3030 §2); where it ends is known. */
    @Override
    default Transition bdat(Command.Bdat command) {
        return refuse(Replies.notImplemented("BDAT"));
    }

    @Override
    default Transition lostBdat(Command.LostBdat command) {
        return new Transition(this, new Action.Close(command.refusal()));
    }

    @Override
    default Transition rset(Command.Rset command) {
        return new Transition(withoutTransaction(), new Action.Respond(Replies.OK), Toll.JUNK);
    }

    @Override
    default Transition noop(Command.Noop command) {
        return junk(Replies.OK);
    }

    @Override
    default Transition help(Command.Help command) {
        return junk(Replies.help(command.topic(), peer().greetings().offer()));
    }

    @Override
    default Transition vrfy(Command.Vrfy command) {
        return junk(peer().verify(command));
    }

    @Override
    default Transition expn(Command.Expn command) {
        return refuse(Replies.notImplemented("EXPN"));
    }

    @Override
    default Transition etrn(Command.Etrn command) {
        return refuse(Replies.notImplemented("ETRN"));
    }

    @Override
    default Transition turn(Command.Turn command) {
        return refuse(Replies.notImplemented("TURN"));
    }

    @Override
    default Transition atrn(Command.Atrn command) {
        return refuse(Replies.notImplemented("ATRN"));
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

    /** Answers what moves no mail; a mistake counts as such, not as junk. */
    default Transition junk(Reply reply) {
        Toll toll = Toll.of(reply);
        return new Transition(this, new Action.Respond(reply), toll == Toll.ERROR ? toll : Toll.JUNK);
    }
}
