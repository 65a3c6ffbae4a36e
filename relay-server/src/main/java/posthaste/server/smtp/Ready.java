package posthaste.server.smtp;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import posthaste.queue.QueueException;
import posthaste.server.auth.Login;
import posthaste.server.auth.SaslExchange;
import posthaste.smtp.Command;
import posthaste.smtp.DeliverBy;
import posthaste.smtp.Extension;
import posthaste.smtp.FutureRelease;
import posthaste.smtp.MailParameters;
import posthaste.smtp.Replies;
import posthaste.smtp.Reply;

/** The client has said who it is, and no transaction is under way (RFC 5321 §3.3). */
record Ready(Peer peer) implements SessionState {

    @Override
    public Transition mail(Command.Mail command) {
        Optional<Reply> denial = peer.refusal(command.reversePath());
        if (denial.isPresent()) return refuse(denial.get());
        boolean tooLarge = command.parameters().size().orElse(0) > peer.limits().messageSize();
        if (tooLarge) return refuse(Replies.MESSAGE_TOO_LARGE);
        if (MailOptions.arePlain(command)) {
            return begin(command, MailOptions.plain(command.parameters().body()));
        }
        boolean terminals = peer.settings().services().terminals().isEnabled();
        if (command.verb().seeksTerminal() && !terminals) {
            return refuse(Replies.notImplemented(command.verb().name()));
        }
        Instant now = peer.now();
        Optional<Reply> refusal = refusal(command.parameters(), now);
        return refusal.isPresent() ? refuse(refusal.get()) : begin(command, MailOptions.of(command, now));
    }

    /** RFC 4954 §4. */
    @Override
    public Transition auth(Command.Auth command) {
        if (peer.proof().login().isPresent()) return refuse(Replies.AUTHENTICATED_ALREADY);
        if (peer.couldAuthenticate() && !peer.offer().offers(Extension.AUTH)) return refuse(Replies.ENCRYPTION_NEEDED);
        if (!peer.offer().offers(Extension.AUTH)) return refuse(Replies.notImplemented("AUTH"));
        Optional<SaslExchange> exchange = peer.exchange(command.mechanism());
        if (exchange.isEmpty()) return refuse(Replies.UNKNOWN_MECHANISM);
        Optional<byte[]> initial = command.initialResponse().flatMap(SaslLines::decoded);
        if (initial.isEmpty() && command.initialResponse().isPresent()) return refuse(Replies.NOT_BASE64);
        return new Transition(
                new Authenticating(peer, exchange.get()),
                new Action.Authenticate(loop -> exchange.get().begin(initial, loop)));
    }

    /** RFC 821 §3.8, for clients whose identity is certain and who own the domains. */
    @Override
    public Transition turn(Command.Turn command) {
        Optional<Login> login = peer.securedLogin();
        if (login.isEmpty()) return last(Replies.TURN_UNSAFE);
        Optional<Set<String>> domains = peer.granted(login.get(), List.of());
        if (domains.isEmpty()) return last(Replies.TURN_NOT_GRANTED);
        return new Transition(this, new Action.Turn(domains.get(), login.get(), false));
    }

    /** RFC 2645 §5.2. */
    @Override
    public Transition atrn(Command.Atrn command) {
        Optional<Login> login = peer.securedLogin();
        if (login.isEmpty()) return last(Replies.AUTHENTICATION_NEEDED);
        Optional<Set<String>> domains = peer.granted(login.get(), command.domains());
        if (domains.isEmpty()) return last(Replies.ATRN_REFUSED);
        return new Transition(this, new Action.Turn(domains.get(), login.get(), true));
    }

    private Transition begin(Command.Mail command, MailOptions options) {
        Optional<QueueException> refusal = peer.refusal();
        if (refusal.isPresent()) return new Transition(this, Refusals.of(refusal.get()));
        Optional<Reply> tooMany = peer.oneMoreMessage();
        if (tooMany.isPresent()) return refuse(tooMany.get());
        var next = new Addressing(peer, new EnvelopeDraft(command.reversePath(), options));
        return new Transition(next, new Action.Respond(Replies.SENDER_OK), Toll.TRANSACTION);
    }

    /** What the reply to EHLO did not offer, or bounded. */
    private Optional<Reply> refusal(MailParameters said, Instant now) {
        if (said.priority().isPresent() && !peer.isTrusted()) return Optional.of(Replies.UNKNOWN_PARAMETER);
        if (said.requireTls() && !peer.offer().offers(Extension.REQUIRE_TLS))
            return Optional.of(Replies.UNKNOWN_PARAMETER);
        Duration least = peer.limits().deliverByMin();
        boolean tooSoon = said.deliverBy()
                .filter(by -> by.mode() == DeliverBy.Mode.RETURN && by.seconds() < least.toSeconds())
                .isPresent();
        if (tooSoon) return Optional.of(Replies.deliverByTooShort(least));
        return said.futureRelease().flatMap(release -> refusal(release, said.deliverBy(), now));
    }

    private Optional<Reply> refusal(FutureRelease release, Optional<DeliverBy> deliverBy, Instant now) {
        Duration longest = peer.limits().holdMax();
        if (!peer.isTrusted() || longest.isZero()) return Optional.of(Replies.UNKNOWN_PARAMETER);
        Instant at = release.releaseAt(now);
        if (at.isBefore(now)) return Optional.of(Replies.RELEASE_IN_THE_PAST);
        if (at.isAfter(now.plus(longest))) return Optional.of(Replies.holdTooLong(longest));
        boolean neverInTime = deliverBy
                .filter(by -> by.mode() == DeliverBy.Mode.RETURN)
                .filter(by -> !at.isBefore(now.plusSeconds(by.seconds())))
                .isPresent();
        return neverInTime ? Optional.of(Replies.RETURNED_BEFORE_RELEASE) : Optional.empty();
    }
}
