package posthaste.server.smtp;

import java.util.List;
import posthaste.queue.Envelope.Source;
import posthaste.queue.MessageId;
import posthaste.smtp.BodyType;
import posthaste.smtp.Mailbox;
import posthaste.smtp.ReversePath;

/**
 * What content filters are told of a message before its content.
 *
 * @param id the one that its 250 will name
 * @param source who hands it in
 * @param reversePath of MAIL
 * @param body what octets MAIL announced
 * @param smtpUtf8 whether MAIL had SMTPUTF8
 * @param recipients who gets it, as mail or on a terminal; what aliases and lists stand for, not their names
 */
public record ScreenedMessage(
        MessageId id,
        Source source,
        ReversePath reversePath,
        BodyType body,
        boolean smtpUtf8,
        List<Mailbox> recipients) {}
