package posthaste.server.smtp;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import posthaste.queue.MessageId;
import posthaste.queue.QueueException;
import posthaste.server.smtp.EnvelopeDraft.TerminalRecipient;
import posthaste.smtp.MailVerb;
import posthaste.smtp.Mailbox;
import posthaste.smtp.Replies;
import posthaste.smtp.Reply;

/**
 * What happens to a message whose end has come, by DATA or by BDAT: it is judged, by content filters too where there are
 * some, shown at terminals where it goes to some, and handed to the queue where it is mail for anybody.
 */
sealed interface Finishing extends InTransaction permits Receiving, Chunking, Quarantined {

    EnvelopeDraft draft();

    /** The same with another draft. */
    Finishing with(EnvelopeDraft draft);

    @Override
    default Transition received(Content content, Instant now) {
        Optional<Reply> refusal = content.refusal(peer().limits());
        if (refusal.isPresent()) return drop(refusal.get());
        if (peer().isFiltered()) return new Transition(this, new Action.AskFilters(content, now));
        return goOn(content, now);
    }

    @Override
    default Transition judged(FilterVerdict verdict, Content content, Instant now) {
        return verdict.accept(new FilterVerdict.Handler<>() {
            @Override
            public Transition passed(FilterVerdict.Passed taken) {
                return goOn(content, now);
            }

            @Override
            public Transition held(FilterVerdict.Held doubtful) {
                return hold(content, now);
            }

            @Override
            public Transition refused(FilterVerdict.Refused bad) {
                return drop(bad.reply());
            }
        });
    }

    /** Terminals are not written to what somebody has to look at first, and SEND is never queued. */
    private Transition hold(Content content, Instant now) {
        EnvelopeDraft mail = draft().asMail();
        boolean send = draft().options().verb() == MailVerb.SEND;
        if (send || mail.isEmpty()) return drop(Replies.CONTENT_REFUSED);
        return new Quarantined(peer(), draft()).commit(mail.held(), content, now);
    }

    private Transition goOn(Content content, Instant now) {
        if (draft().terminals().isEmpty()) return commit(draft(), content, now);
        if (!content.isShowable()) return mailInstead(content, now);
        List<Mailbox> addresses =
                draft().terminals().stream().map(TerminalRecipient::address).toList();
        var show = new Action.Show(draft().options().verb(), draft().reversePath(), addresses, content, now);
        return new Transition(this, show);
    }

    /** Too large for terminals, or too many at once: SEND fails, the others are mail. */
    private Transition mailInstead(Content content, Instant now) {
        EnvelopeDraft mail = draft().asMail();
        boolean send = draft().options().verb() == MailVerb.SEND;
        if (!send && !mail.isEmpty()) return commit(mail, content, now);
        int octetsMax = peer().settings().services().terminals().messageSizeMax();
        return drop(content.octets() > octetsMax ? Replies.TOO_LARGE_FOR_TERMINAL : Replies.INSUFFICIENT_STORAGE);
    }

    @Override
    default Transition shown(Set<Mailbox> vanished, Content content, Instant now) {
        EnvelopeDraft mail = new EnvelopeDraft(draft().reversePath(), draft().options()).plus(draft().recipients());
        boolean lost = false;
        for (TerminalRecipient each : draft().terminals()) {
            if (!vanished.contains(each.address())) continue;
            mail = mail.plus(each.instead());
            lost |= each.instead().isEmpty() && !draft().options().verb().alwaysMails();
        }
        if (lost) return drop(Replies.TERMINAL_LEFT);
        if (!mail.isEmpty()) return commit(mail, content, now);
        return new Transition(
                withoutTransaction(),
                new Action.Drop(Replies.shown(draft().terminals().size())),
                Toll.MESSAGE);
    }

    /** Hands it to the queue, and waits for that in this state. */
    default Transition commit(EnvelopeDraft mail, Content content, Instant now) {
        Peer sender = mail.options().smtpUtf8() ? peer().international() : peer();
        var envelope = mail.envelope(content, now, peer().reportLifetime(), sender.source());
        return new Transition(with(mail), new Action.Commit(envelope));
    }

    private Transition drop(Reply refusal) {
        return new Transition(withoutTransaction(), new Action.Drop(refusal));
    }

    @Override
    default Transition accepted(MessageId id) {
        return new Transition(withoutTransaction(), new Action.Respond(Replies.queued(id.toString())), Toll.MESSAGE);
    }

    @Override
    default Transition notAccepted(QueueException why) {
        return new Transition(withoutTransaction(), Refusals.of(why));
    }
}
