package posthaste.server.smtp;

import java.time.Instant;
import java.util.Optional;
import posthaste.queue.Envelope.Deadline;
import posthaste.queue.Envelope.Requests;
import posthaste.smtp.BodyType;
import posthaste.smtp.Command;
import posthaste.smtp.FutureRelease;
import posthaste.smtp.MailParameters;
import posthaste.smtp.MailVerb;

/**
 * What MAIL asked for beside its path, with its times as instants.
 *
 * @param body what octets the client announced
 * @param smtpUtf8 whether addresses and header may hold UTF-8
 * @param requests what the queue keeps
 * @param releaseAt when delivery may begin, where the client said (RFC 4865)
 */
record MailOptions(BodyType body, boolean smtpUtf8, Requests requests, Optional<Instant> releaseAt) {
    static final MailOptions NONE = new MailOptions(BodyType.SEVEN_BIT, false, Requests.NONE, Optional.empty());

    /** @param now the beginning of every time that the command names */
    static MailOptions of(Command.Mail command, Instant now) {
        MailParameters said = command.parameters();
        var requests = new Requests(
                command.verb(),
                said.returnContent(),
                said.envelopeId(),
                said.priority(),
                said.deliverBy().map(by -> new Deadline(now.plusSeconds(by.seconds()), by.mode(), by.trace())),
                said.futureRelease().map(FutureRelease::request),
                said.requireTls());
        return new MailOptions(
                said.body(), said.smtpUtf8(), requests, said.futureRelease().map(release -> release.releaseAt(now)));
    }

    MailVerb verb() {
        return requests.verb();
    }

    /** Whether it is what nearly every client says: nothing but SIZE and BODY. */
    static boolean arePlain(Command.Mail command) {
        return command.verb() == MailVerb.MAIL && command.parameters().isPlain();
    }

    /** Of a plain command. */
    static MailOptions plain(BodyType body) {
        return body == BodyType.SEVEN_BIT ? NONE : new MailOptions(body, false, Requests.NONE, Optional.empty());
    }
}
