package posthaste.server.smtp;

import java.util.List;
import java.util.Optional;
import posthaste.queue.Recipient;
import posthaste.server.policy.Verdict;
import posthaste.server.smtp.EnvelopeDraft.TerminalRecipient;
import posthaste.smtp.BodyType;
import posthaste.smtp.Command;
import posthaste.smtp.ForwardPath;
import posthaste.smtp.MailVerb;
import posthaste.smtp.Mailbox;
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
        boolean smtpUtf8 = draft.options().smtpUtf8();
        boolean ascii = command.forwardPath().isAscii() && command.parameters().isAscii();
        if (!smtpUtf8 && !ascii) return turnAway(Replies.NON_ASCII_RECIPIENT);
        if (draft.options().verb() == MailVerb.SEND) return rcptOfSend(command.forwardPath());
        Verdict verdict = peer.judge(command.forwardPath(), command.parameters(), smtpUtf8);
        if (verdict instanceof Verdict.Accepted accepted && peer.verifies(command.forwardPath())) {
            Mailbox asked = command.forwardPath().mailbox().orElseThrow();
            return new Transition(this, new Action.CheckDomain(asked, accepted));
        }
        return judged(command.forwardPath(), verdict);
    }

    /** SEND is for terminals alone (RFC 821 §3.4). */
    private Transition rcptOfSend(ForwardPath to) {
        if (!peer.mayReach(to)) return turnAway(Replies.RELAYING_DENIED);
        return to.mailbox()
                .filter(peer::hasTerminal)
                .map(address -> show(address, List.of(), Replies.RECIPIENT_OK))
                .orElseGet(() -> turnAway(Replies.NOT_ACTIVE));
    }

    /** What is known of a recipient as one of mail decides, but SOML makes do with a terminal, and SAML wants both. */
    private Transition judged(ForwardPath to, Verdict verdict) {
        if (!draft.options().verb().seeksTerminal()) return verdict.accept(this);
        Optional<Mailbox> active = to.mailbox().filter(peer::hasTerminal);
        if (active.isEmpty()) return verdict.accept(this);
        boolean both = draft.options().verb().alwaysMails();
        return verdict.accept(new Verdict.Handler<>() {
            @Override
            public Transition take(Verdict.Accepted accepted) {
                if (!both) return show(active.get(), accepted.recipients(), Replies.RECIPIENT_OK);
                var mail = new Addressing(peer, draft.plus(accepted.recipients()));
                return mail.show(active.get(), List.of(), accepted.reply());
            }

            @Override
            public Transition turnAway(Verdict.Refused refused) {
                boolean terminalWillDo = !both && peer.mayReach(to);
                return terminalWillDo
                        ? show(active.get(), List.of(), Replies.RECIPIENT_OK)
                        : Addressing.this.turnAway(refused);
            }
        });
    }

    private Transition show(Mailbox address, List<Recipient> instead, Reply reply) {
        return with(draft.plus(new TerminalRecipient(address, instead)), reply);
    }

    @Override
    public Transition take(Verdict.Accepted accepted) {
        return with(draft.plus(accepted.recipients()), accepted.reply());
    }

    private Transition with(EnvelopeDraft more, Reply reply) {
        var ok = new Action.Respond(reply);
        if (more.size() == draft.size()) return new Transition(new Addressing(peer, more), ok);
        if (more.size() > peer.limits().recipients()) return refuse(Replies.TOO_MANY_RECIPIENTS);
        return new Transition(new Addressing(peer, more), ok);
    }

    @Override
    public Transition turnAway(Verdict.Refused refused) {
        return turnAway(refused.reply());
    }

    private Transition turnAway(Reply reply) {
        var next = new Addressing(peer, draft.withRefusal());
        return new Transition(next, new Action.Respond(reply), Toll.ofRecipient(reply));
    }

    @Override
    public Transition domainChecked(Mailbox recipient, Verdict.Accepted accepted, Optional<Reply> refusal) {
        Verdict verdict = refusal.isPresent() ? new Verdict.Refused(refusal.get()) : accepted;
        return judged(ForwardPath.of(recipient), verdict);
    }

    @Override
    public Transition data(Command.Data command) {
        if (draft.isEmpty()) return refuse(nobody());
        if (draft.options().body() == BodyType.BINARY_MIME) return refuse(Replies.BINARY_NEEDS_BDAT);
        var receive = new Action.Receive(Replies.START_MAIL, reception());
        return new Transition(new Receiving(peer, draft), receive);
    }

    @Override
    public Transition bdat(Command.Bdat command) {
        if (draft.isEmpty()) return refuseChunk(command, nobody());
        Optional<Reply> refusal = Chunking.refusal(command, peer.limits());
        if (refusal.isPresent()) return new Transition(this, new Action.Close(refusal.get()));
        return new Transition(new Chunking(peer, draft), new Action.ReceiveChunk(command, Optional.of(reception())));
    }

    private Reply nobody() {
        return draft.refusedAny() ? Replies.NO_VALID_RECIPIENTS : Replies.RCPT_FIRST;
    }

    private Action.Content reception() {
        boolean binary = draft.options().body() == BodyType.BINARY_MIME;
        return new Action.Content(
                peer.during(draft.options()).trace(),
                draft.onlyRecipient(),
                binary,
                draft.mayBeMail(),
                !draft.terminals().isEmpty());
    }

    @Override
    public Transition etrn(Command.Etrn command) {
        return refuse(Replies.NOT_IN_TRANSACTION);
    }

    @Override
    public Transition turn(Command.Turn command) {
        return last(Replies.NOT_IN_TRANSACTION);
    }

    @Override
    public Transition atrn(Command.Atrn command) {
        return last(Replies.NOT_IN_TRANSACTION);
    }

    @Override
    public String situation() {
        return "A transaction of " + draft.options().verb() + " with " + draft.size() + " recipients";
    }
}
