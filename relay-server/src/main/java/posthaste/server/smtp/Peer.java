package posthaste.server.smtp;

import io.netty.util.NetUtil;
import java.net.InetAddress;
import java.time.Duration;
import java.util.Optional;
import posthaste.queue.Envelope.Source;
import posthaste.queue.QueueException;
import posthaste.server.policy.RelayPolicy.Standing;
import posthaste.server.policy.Verdict;
import posthaste.smtp.Command;
import posthaste.smtp.ForwardPath;
import posthaste.smtp.RcptParameters;
import posthaste.smtp.Reply;

/**
 * The client of one session, as far as it is known by now, and what applies to it. Immutable: a new greeting makes
 * another one.
 *
 * @param settings what every session has in common
 * @param greetings what we say of ourselves
 * @param standing what it may do
 * @param source its address and what it calls itself, as its messages will have it
 * @param trace the field on top of its messages
 */
record Peer(SessionSettings settings, Greetings greetings, Standing standing, Source source, TraceHeader trace) {
    private static final String SMTP = "SMTP";
    private static final String ESMTP = "ESMTP";

    /** One that has not said anything yet. */
    static Peer connected(SessionSettings settings, Greetings greetings, InetAddress address) {
        return of(
                settings,
                greetings,
                settings.policy().standingOf(address),
                new Source(NetUtil.toAddressString(address), "", SMTP, ""));
    }

    private static Peer of(SessionSettings settings, Greetings greetings, Standing standing, Source source) {
        return new Peer(settings, greetings, standing, source, TraceHeader.of(settings.hostname(), source));
    }

    /** The same after HELO. */
    Peer named(String name) {
        return named(name, SMTP);
    }

    /** The same after EHLO. */
    Peer extended(String name) {
        return named(name, ESMTP);
    }

    private Peer named(String name, String protocol) {
        return of(settings, greetings, standing, new Source(source.address(), name, protocol, source.user()));
    }

    LimitsConfig limits() {
        return settings.limits();
    }

    Duration reportLifetime() {
        return settings.reportLifetime();
    }

    Verdict judge(ForwardPath recipient, RcptParameters parameters) {
        return settings.policy().judge(standing, recipient, parameters, false);
    }

    Reply verify(Command.Vrfy command) {
        return settings.policy().verify(standing, command.user(), command.smtpUtf8());
    }

    /** Why no message is taken now. */
    Optional<QueueException> refusal() {
        return settings.queue().refusal();
    }
}
