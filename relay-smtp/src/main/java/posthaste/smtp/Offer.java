package posthaste.smtp;

import java.time.Duration;
import java.time.Instant;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/**
 * What a session may use: our own reply to EHLO and the verbs that HELP lists (RFC 5321 §4.1.1.1: every verb beyond the
 * required ones has its keyword; what is answered 500 or 502 has none, §4.2.4).
 *
 * @param extensions those of them that are offered
 * @param sizeMax octets of the largest message we take (RFC 1870 §4)
 * @param deliverByMin the shortest time that BY may name with R, in whole seconds (RFC 2852 §3)
 * @param futureRelease how far ahead mail may be released; where it is empty FUTURERELEASE is not offered
 * @param recipientsMax recipients per transaction (RFC 9422 §4.2)
 * @param messagesMax transactions per connection, where that is limited (RFC 9422 §4.1)
 * @param mechanisms of AUTH, the best first (RFC 4954 §3); where there are none AUTH is not offered
 */
public record Offer(
        Set<Extension> extensions,
        long sizeMax,
        Duration deliverByMin,
        Optional<Hold> futureRelease,
        int recipientsMax,
        OptionalInt messagesMax,
        List<String> mechanisms) {
    /** What anybody may use on any connection. */
    public static final Set<Extension> FOR_EVERYBODY = Set.of(
            Extension.SIZE,
            Extension.EIGHT_BIT_MIME,
            Extension.BINARY_MIME,
            Extension.CHUNKING,
            Extension.PIPELINING,
            Extension.SMTP_UTF8,
            Extension.DSN,
            Extension.ENHANCED_STATUS_CODES,
            Extension.DELIVER_BY,
            Extension.LIMITS,
            Extension.VRFY,
            Extension.EXPN,
            Extension.HELP);

    /** The verbs that write to terminals (RFC 821 §3.4): offered together or not at all. */
    public static final Set<Extension> TERMINALS = Set.of(Extension.SEND, Extension.SOML, Extension.SAML);

    /**
     * How far ahead mail may be released (RFC 4865 §3).
     *
     * @param longest for HOLDFOR, in whole seconds
     * @param latest for HOLDUNTIL
     */
    public record Hold(Duration longest, Instant latest) {}

    public Offer {
        extensions = Set.copyOf(extensions);
        mechanisms = List.copyOf(mechanisms);
        if (sizeMax < 1 || recipientsMax < 1) throw new IllegalArgumentException("no room for a message");
        if (deliverByMin.toSeconds() < 1) throw new IllegalArgumentException("BY=0;R: " + deliverByMin);
        if (extensions.contains(Extension.FUTURE_RELEASE) != futureRelease.isPresent()) {
            throw new IllegalArgumentException("FUTURERELEASE is offered with its limits or not at all");
        }
        if (extensions.contains(Extension.AUTH) == mechanisms.isEmpty()) {
            throw new IllegalArgumentException("AUTH is offered with mechanisms or not at all");
        }
    }

    /** The same with more on offer, which has no parameters of its own. */
    public Offer with(Set<Extension> more) {
        EnumSet<Extension> all = EnumSet.copyOf(extensions);
        all.addAll(more);
        return new Offer(all, sizeMax, deliverByMin, futureRelease, recipientsMax, messagesMax, mechanisms);
    }

    /** The same with AUTH on offer, by these mechanisms; without them as it is. */
    public Offer with(List<String> authMechanisms) {
        if (authMechanisms.isEmpty()) return this;
        EnumSet<Extension> all = EnumSet.copyOf(extensions);
        all.add(Extension.AUTH);
        return new Offer(all, sizeMax, deliverByMin, futureRelease, recipientsMax, messagesMax, authMechanisms);
    }

    /** The same with FUTURERELEASE on offer. */
    public Offer with(Hold hold) {
        EnumSet<Extension> all = EnumSet.copyOf(extensions);
        all.add(Extension.FUTURE_RELEASE);
        return new Offer(all, sizeMax, deliverByMin, Optional.of(hold), recipientsMax, messagesMax, mechanisms);
    }

    public boolean offers(Extension extension) {
        return extensions.contains(extension);
    }
}
