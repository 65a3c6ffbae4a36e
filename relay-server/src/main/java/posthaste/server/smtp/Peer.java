package posthaste.server.smtp;

import io.netty.util.NetUtil;
import java.net.InetAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import posthaste.queue.Envelope.Source;
import posthaste.queue.QueueException;
import posthaste.server.auth.Login;
import posthaste.server.auth.SaslExchange;
import posthaste.server.policy.ClientKey;
import posthaste.server.policy.RelayPolicy.Standing;
import posthaste.server.policy.Verdict;
import posthaste.server.tls.TlsFacts;
import posthaste.smtp.ClientAttribute;
import posthaste.smtp.ClientAttributes;
import posthaste.smtp.Command;
import posthaste.smtp.Extension;
import posthaste.smtp.ForwardPath;
import posthaste.smtp.Mailbox;
import posthaste.smtp.Offer;
import posthaste.smtp.RcptParameters;
import posthaste.smtp.Replies;
import posthaste.smtp.Reply;
import posthaste.smtp.ReversePath;

/**
 * The client of one session, as far as it is known by now, and what applies to it. Immutable: a new greeting makes
 * another one, and so does a handshake.
 *
 * @param settings what every session has in common
 * @param listener what the listener is set to
 * @param greetings what we say of ourselves
 * @param proof what is certain of it
 * @param standing what it may do
 * @param offers what EHLO and HELP list for it
 * @param source its address and what it calls itself, as its messages will have it
 * @param trace the field on top of its messages
 */
record Peer(
        SessionSettings settings,
        ListenerConfig listener,
        Greetings greetings,
        Proof proof,
        Standing standing,
        Greetings.Offers offers,
        Source source,
        TraceHeader trace) {
    private static final String SMTP = "SMTP";
    private static final String ESMTP = "ESMTP";
    /** RFC 6531 §4.3. */
    private static final String UTF8SMTP = "UTF8SMTP";
    /** RFC 3848. */
    private static final String SECURED = "S";

    private static final String AUTHENTICATED = "A";

    /** One that has not said anything yet. */
    static Peer connected(SessionSettings settings, ListenerConfig listener, Greetings greetings, InetAddress address) {
        var source = new Source(NetUtil.toAddressString(address), "", SMTP, "");
        return proved(settings, listener, greetings, Proof.of(address), source);
    }

    private static Peer proved(
            SessionSettings settings, ListenerConfig listener, Greetings greetings, Proof proof, Source source) {
        Standing standing = proof.login().isPresent()
                ? Standing.TRUSTED
                : settings.policy().standingOf(proof.address(), proof.certificate());
        boolean etrn = settings.policy().mayFlush(proof.address());
        boolean startTls = proof.tls().isEmpty()
                && listener.tls() != TlsMode.OFF
                && settings.tls().isOffered();
        List<String> mechanisms = mechanisms(settings, listener, proof);
        boolean turn = proof.provenLogin()
                .filter(login -> settings.policy().mayFetch(login.user()))
                .isPresent();
        var offers = greetings.offers(new Greetings.Kind(
                standing,
                etrn,
                startTls,
                proof.tls().isPresent(),
                settings.policy().mayForward(proof.connected()),
                mechanisms,
                turn));
        var trace = TraceHeader.of(settings.hostname(), source);
        return new Peer(settings, listener, greetings, proof, standing, offers, source, trace);
    }

    /** Those of AUTH; no password goes in the clear unless the operator wants it so. */
    private static List<String> mechanisms(SessionSettings settings, ListenerConfig listener, Proof proof) {
        boolean possible = listener.auth() != AuthMode.OFF && proof.login().isEmpty();
        boolean safe = proof.tls().isPresent() || listener.plaintextAuth();
        if (!possible || !safe) return List.of();
        boolean bound = proof.tls().isPresent() && proof.sasl().canBind();
        return settings.authentication().mechanisms(proof.tls().isPresent(), bound);
    }

    /** The same after AUTH; what it called itself before still holds. */
    Peer authenticated(Login login) {
        var known = new Source(source.address(), source.helloName(), source.protocol(), login.user());
        Peer peer = proved(settings, listener, greetings, proof.authenticated(login), known);
        return source.protocol().equals(SMTP) ? peer : peer.extended(source.helloName());
    }

    /** The same after a handshake: what it called itself before is forgotten (RFC 3207 §4.2). */
    Peer secured(TlsFacts facts) {
        var unnamed = new Source(source.address(), "", SMTP, "");
        return proved(settings, listener, greetings, proof.secured(facts), unnamed);
    }

    /** Another client that has not said anything yet, for whom this one speaks (XCLIENT). */
    Peer speakingFor(ClientAttributes said) {
        Proof other = proof.speakingFor(said);
        String user = other.login().map(Login::user).orElse("");
        var unnamed = new Source(NetUtil.toAddressString(other.address()), "", SMTP, user);
        return proved(settings, listener, greetings, other, unnamed);
    }

    /** The same after HELO. */
    Peer named(String name) {
        return speaking(called(name), SMTP);
    }

    /** The same after EHLO. */
    Peer extended(String name) {
        return speaking(called(name), ESMTP + proven());
    }

    /** A host that speaks for another says its own name, unless it has told that of the other. */
    private String called(String name) {
        return proof.forwarded().value(ClientAttribute.HELO).orElse(name);
    }

    /** The same for a message whose MAIL had SMTPUTF8. */
    Peer international() {
        return speaking(source.helloName(), UTF8SMTP + proven());
    }

    private String proven() {
        return (proof.tls().isPresent() ? SECURED : "") + (proof.login().isPresent() ? AUTHENTICATED : "");
    }

    private Peer speaking(String name, String protocol) {
        var said = new Source(source.address(), name, protocol, source.user());
        var traced = TraceHeader.of(settings.hostname(), said);
        return new Peer(settings, listener, greetings, proof, standing, offers, said, traced);
    }

    LimitsConfig limits() {
        return settings.limits();
    }

    Duration reportLifetime() {
        return settings.reportLifetime();
    }

    boolean isTrusted() {
        return standing == Standing.TRUSTED;
    }

    Instant now() {
        return settings.queue().clock().instant();
    }

    Reply ehlo() {
        return offers.ehlo(now());
    }

    Offer offer() {
        return offers.offer();
    }

    /** Whether nothing is done for it before STARTTLS. */
    boolean needsTls() {
        return listener.tls() == TlsMode.REQUIRED && proof.tls().isEmpty();
    }

    /** Whether it must log in before it may send anything. */
    boolean needsLogin() {
        return listener.auth() == AuthMode.REQUIRED && proof.login().isEmpty();
    }

    /** Whether AUTH would be offered to it inside TLS. */
    boolean couldAuthenticate() {
        return listener.auth() != AuthMode.OFF
                && proof.login().isEmpty()
                && proof.tls().isEmpty()
                && !settings.authentication().mechanisms(true, false).isEmpty();
    }

    /** The run of a mechanism that is on offer. */
    Optional<SaslExchange> exchange(String mechanism) {
        return settings.authentication().exchange(mechanism, proof.sasl());
    }

    /** Why it may not send in that name, or not now. */
    Optional<Reply> refusal(ReversePath sender) {
        if (needsLogin()) return Optional.of(Replies.AUTHENTICATION_NEEDED);
        if (settings.memory().isShort()) return Optional.of(Replies.NO_MEMORY_FOR_MESSAGE);
        boolean foreign =
                proof.login().isPresent() && !proof.login().get().senders().permit(sender);
        return foreign ? Optional.of(Replies.NOT_YOUR_SENDER) : Optional.empty();
    }

    /** Why it may not send one more message; that one is counted where it may, so nothing else may refuse it afterwards. */
    Optional<Reply> oneMoreMessage() {
        return proof.login().isEmpty()
                ? tooOften()
                : settings.authentication().limits().message(proof.login().get());
    }

    private Optional<Reply> tooOften() {
        ClientPace pace = settings.pace().messages();
        boolean over = pace.isLimited() && !pace.tryPass(ClientKey.of(proof.address()));
        return over ? Optional.of(Replies.TOO_MANY_MESSAGES_AT_ONCE) : Optional.empty();
    }

    /** Why it may not send to one more recipient; that one is counted where it may. */
    Optional<Reply> oneMoreRecipient() {
        return proof.login().flatMap(login -> settings.authentication().limits().recipient(login));
    }

    /** Whether it may use XCLIENT and XFORWARD. */
    boolean mayForward() {
        return offer().offers(Extension.XCLIENT);
    }

    /** Who it is, where nobody on the way can be it (RFC 5321 Appendix F.1). */
    Optional<Login> securedLogin() {
        return proof.provenLogin();
    }

    /** The domains whose mail it may fetch; empty where it asks for others, or may fetch none. */
    Optional<Set<String>> granted(Login login, List<String> named) {
        return settings.policy().granted(login.user(), named);
    }

    /** Whether it may use ETRN. */
    boolean mayFlush() {
        return offer().offers(Extension.ETRN);
    }

    private String encryption() {
        return proof.tls().map(tls -> tls.protocol() + " with " + tls.cipher()).orElse("no TLS");
    }

    Verdict judge(ForwardPath recipient, RcptParameters parameters, boolean smtpUtf8) {
        return settings.policy().judge(standing, recipient, parameters, smtpUtf8);
    }

    /** Whether the name system is to be asked about the recipient, who was accepted. */
    boolean verifies(ForwardPath recipient) {
        return settings.policy().verifiesDomains() && !settings.policy().isLocal(recipient);
    }

    /** Whether it may write to the terminal of somebody: strangers only to those of this place. */
    boolean mayReach(ForwardPath recipient) {
        return isTrusted() || settings.policy().isLocal(recipient);
    }

    boolean hasTerminal(Mailbox address) {
        return settings.services().terminals().isActive(address);
    }

    /** Whether its messages are shown to content filters. */
    boolean isFiltered() {
        return !settings.services().filters().isEmpty();
    }

    Reply verify(Command.Vrfy command) {
        return settings.policy().verify(standing, command.user(), command.smtpUtf8());
    }

    Reply expand(Command.Expn command) {
        return settings.policy().expand(standing, command.list(), command.smtpUtf8());
    }

    /** Why no message is taken now. */
    Optional<QueueException> refusal() {
        return settings.queue().refusal();
    }

    /**
     * The answer to HELP STATUS; what tells of others is for trusted clients only.
     *
     * @param transaction where the session stands
     */
    Reply status(String transaction) {
        Duration up = settings.services().uptime().get();
        List<String> lines = new ArrayList<>();
        lines.add("Posthaste " + settings.services().version() + ", up for "
                + Duration.ofSeconds(up.toSeconds()).toString().substring(2).toLowerCase(Locale.ROOT));
        String name = source.helloName().isEmpty() ? "not introduced" : source.protocol() + " as " + source.helloName();
        lines.add("You are " + source.address() + ", " + name + "; " + encryption() + ", "
                + proof.login().map(login -> "authenticated as " + login.user()).orElse("not authenticated"));
        lines.add("You may " + (isTrusted() ? "relay" : "send to addresses of this place"));
        lines.add(transaction);
        if (isTrusted()) {
            lines.add("Messages queued: " + settings.queue().status().messages());
            lines.add("Sessions: " + settings.connections().open());
            lines.add(refusal()
                    .map(why -> "No mail is taken now: " + why.getMessage())
                    .orElse("Mail is taken"));
        }
        return Replies.status(settings.hostname(), lines);
    }
}
