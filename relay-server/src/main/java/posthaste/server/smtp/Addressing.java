package posthaste.server.smtp;

import java.util.List;
import java.util.Optional;
import posthaste.queue.Recipient;
import posthaste.server.policy.Verdict;
import posthaste.server.smtp.EnvelopeDraft.TerminalRecipient;
import posthaste.smtp.BodyType;
import posthaste.smtp.Command;
import posthaste.smtp.ForwardPath;
import posthaste.smtp.Mailbox;
import posthaste.smtp.Replies;
import posthaste.smtp.Reply;

/** MAIL was accepted, recipients may follow (RFC 5321 §3.3). What is overridden here is what is legal here. */
record Addressing(Peer peer, EnvelopeDraft draft) implements InTransaction {

    @Override
    public Transition mail(Command.Mail command) {
        return refuse(Replies.NESTED_MAIL);
    }

    @Override
    public Transition rcpt(Command.Rcpt command) {
        boolean smtpUtf8 = draft.options().smtpUtf8();
        boolean ascii = command.forwardPath().isAscii() && command.parameters().isAscii();
        if (!smtpUtf8 && !ascii) return turnAway(Replies.NON_ASCII_RECIPIENT);
        return switch (draft.options().verb()) {
            case SEND -> terminalOnly(command.forwardPath());
            case SOML -> terminalOrMail(command);
            case SAML -> mail(command, terminalOf(command.forwardPath()));
            case MAIL -> mail(command, Optional.empty());
        };
    }

    private Optional<Mailbox> terminalOf(ForwardPath to) {
        return to.mailbox().filter(peer::hasTerminal);
    }

    /** RFC 821 §3.4: nobody is written to later, so there must be a terminal now. */
    private Transition terminalOnly(ForwardPath to) {
        if (!peer.mayReach(to)) return turnAway(Replies.RELAYING_DENIED);
        return terminalOf(to).map(address -> show(address, List.of())).orElseGet(() -> turnAway(Replies.NOT_ACTIVE));
    }

    /** Where there is a terminal it will do, whatever may be said against mail. */
    private Transition terminalOrMail(Command.Rcpt command) {
        Optional<Mailbox> terminal = terminalOf(command.forwardPath());
        if (terminal.isEmpty()) return mail(command, terminal);
        boolean reached = peer.mayReach(command.forwardPath());
        return judge(command).accept(new Verdict.Handler<>() {
            @Override
            public Transition take(Verdict.Accepted accepted) {
                return show(terminal.get(), accepted.recipients());
            }

            @Override
            public Transition turnAway(Verdict.Refused refused) {
                return reached ? show(terminal.get(), List.of()) : Addressing.this.turnAway(refused);
            }
        });
    }

    private Transition show(Mailbox address, List<Recipient> instead) {
        return with(draft.plus(new TerminalRecipient(address, instead)), Replies.RECIPIENT_OK);
    }

    private Verdict judge(Command.Rcpt command) {
        return peer.judge(
                command.forwardPath(), command.parameters(), draft.options().smtpUtf8());
    }

    /** @param terminal of the recipient, which gets the message too */
    private Transition mail(Command.Rcpt command, Optional<Mailbox> terminal) {
        return judge(command).accept(new Verdict.Handler<>() {
            @Override
            public Transition take(Verdict.Accepted accepted) {
                if (!peer.verifies(command.forwardPath())) return Addressing.this.take(accepted, terminal);
                Mailbox asked = command.forwardPath().mailbox().orElseThrow();
                return new Transition(Addressing.this, new Action.CheckDomain(asked, accepted, terminal));
            }

            @Override
            public Transition turnAway(Verdict.Refused refused) {
                return Addressing.this.turnAway(refused);
            }
        });
    }

    private Transition take(Verdict.Accepted accepted, Optional<Mailbox> terminal) {
        EnvelopeDraft mail = draft.plus(accepted.recipients());
        return with(
                terminal.map(address -> mail.plus(new TerminalRecipient(address, List.of())))
                        .orElse(mail),
                accepted.reply());
    }

    private Transition with(EnvelopeDraft more, Reply reply) {
        var ok = new Action.Respond(reply);
        if (more.size() == draft.size()) return new Transition(new Addressing(peer, more), ok);
        if (more.size() > peer.limits().recipients()) return refuse(Replies.TOO_MANY_RECIPIENTS);
        Optional<Reply> refusal = peer.oneMoreRecipient();
        if (refusal.isPresent()) return refuse(refusal.get());
        return new Transition(new Addressing(peer, more), ok);
    }

    private Transition turnAway(Verdict.Refused refused) {
        return turnAway(refused.reply());
    }

    private Transition turnAway(Reply reply) {
        var next = new Addressing(peer, draft.withRefusal());
        return new Transition(next, new Action.Respond(reply), Toll.ofRecipient(reply));
    }

    @Override
    public Transition domainChecked(Action.CheckDomain check, Optional<Reply> refusal) {
        return refusal.map(this::turnAway).orElseGet(() -> take(check.accepted(), check.terminal()));
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
        Peer sender = draft.options().smtpUtf8() ? peer.international() : peer;
        return new Action.Content(
                sender.trace(),
                draft.onlyRecipient(),
                binary,
                draft.mayBeMail(),
                !draft.terminals().isEmpty(),
                peer.isFiltered() ? Optional.of(new Action.Screened(sender.source(), draft)) : Optional.empty());
    }

    @Override
    public String situation() {
        return "A transaction of " + draft.options().verb() + " with " + draft.size() + " recipients";
    }
}
