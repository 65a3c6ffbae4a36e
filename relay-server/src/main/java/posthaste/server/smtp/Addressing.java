package posthaste.server.smtp;

import posthaste.server.policy.Verdict;
import posthaste.smtp.Command;
import posthaste.smtp.Replies;
import posthaste.smtp.Reply;

/** MAIL was accepted, recipients may follow (RFC 5321 §3.3). What is overridden here is what is legal here. */
record Addressing(Peer peer, EnvelopeDraft draft) implements SessionState, Verdict.Handler<Transition> {

    @Override
    public Transition mail(Command.Mail command) {
        return refuse(Replies.NESTED_MAIL);
    }

    @Override
    public Transition rcpt(Command.Rcpt command) {
        return peer.judge(command.forwardPath(), command.parameters()).accept(this);
    }

    @Override
    public Transition take(Verdict.Accepted accepted) {
        var ok = new Action.Respond(accepted.reply());
        EnvelopeDraft more = draft.plus(accepted.recipients());
        if (more.equals(draft)) return new Transition(this, ok);
        if (more.recipients().size() > peer.limits().recipients()) return refuse(Replies.TOO_MANY_RECIPIENTS);
        return new Transition(new Addressing(peer, more), ok);
    }

    @Override
    public Transition turnAway(Verdict.Refused refused) {
        Reply reply = refused.reply();
        var next = new Addressing(peer, draft.withRefusal());
        return new Transition(next, new Action.Respond(reply), Toll.ofRecipient(reply));
    }

    @Override
    public Transition data(Command.Data command) {
        if (draft.isEmpty()) return refuse(draft.refusedAny() ? Replies.NO_VALID_RECIPIENTS : Replies.RCPT_FIRST);
        var receive = new Action.Receive(Replies.START_MAIL, peer.trace(), draft.onlyRecipient());
        return new Transition(new Receiving(peer, draft), receive);
    }
}
