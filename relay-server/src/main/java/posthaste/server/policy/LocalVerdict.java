package posthaste.server.policy;

import java.util.List;
import java.util.Optional;
import posthaste.queue.Recipient;
import posthaste.smtp.Mailbox;
import posthaste.smtp.RcptParameters;
import posthaste.smtp.Replies;
import posthaste.smtp.Reply;

/**
 * Makes a verdict of what the directory knows of an address of ours. What the client asked for goes on to every
 * recipient, and failures are reported to the sender of the message: lists have nobody else who would read them
 * (docs/decisions/0015).
 *
 * @param directory which was asked
 * @param asked the recipient that the client named
 * @param parameters behind it
 * @param smtpUtf8 whether the client reads UTF-8 in replies (RFC 6531 §3.7.4)
 */
record LocalVerdict(Directory directory, Mailbox asked, RcptParameters parameters, boolean smtpUtf8)
        implements Resolution.Handler<Verdict> {

    @Override
    public Verdict local(Resolution.Local resolution) {
        return accepted(Replies.RECIPIENT_OK, resolution.mailboxes(), resolution.list());
    }

    @Override
    public Verdict forwarded(Resolution.Forwarded resolution) {
        Optional<Mailbox> told = directory.disclosed(resolution.to());
        Reply reply = DirectoryReplies.forwards(told, smtpUtf8, Replies.RECIPIENT_OK);
        return accepted(reply, resolution.mailboxes(), resolution.mailboxes().size() > 1);
    }

    @Override
    public Verdict moved(Resolution.Moved resolution) {
        return new Verdict.Refused(DirectoryReplies.moved(directory.disclosed(resolution.to()), smtpUtf8));
    }

    @Override
    public Verdict unavailable(Resolution.Unavailable resolution) {
        return new Verdict.Refused(resolution.reply());
    }

    private Verdict accepted(Reply reply, List<Mailbox> mailboxes, boolean list) {
        return new Verdict.Accepted(
                reply,
                mailboxes.stream().map(mailbox -> recipient(mailbox, list)).toList());
    }

    private Recipient recipient(Mailbox mailbox, boolean list) {
        boolean keep = list || parameters.originalRecipient().isPresent() || mailbox.equals(asked);
        Optional<String> original = keep ? parameters.originalRecipient() : OrcptParameter.of(asked);
        return new Recipient(mailbox, parameters.notifyOn(), original, directory.isHeld(mailbox));
    }
}
