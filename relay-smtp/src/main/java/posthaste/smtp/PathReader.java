package posthaste.smtp;

import static java.nio.charset.StandardCharsets.UTF_8;
import static posthaste.smtp.AddressGrammar.NONE;

import java.util.Optional;

/**
 * Reads one path, {@code <[source route] mailbox>} (RFC 5321 §4.1.2), of octets that are UTF-8. One instance belongs to
 * one thread; its fields tell of the path read last.
 */
final class PathReader {
    /** Octets of a local part (RFC 5321 §4.5.3.1.1). */
    static final int LOCAL_PART_MAX = 64;
    /** Octets of a domain (RFC 5321 §4.5.3.1.2). */
    static final int DOMAIN_MAX = 255;
    /**
     * Octets between the brackets of a path. RFC 5321 §4.5.3.1.3 counts the brackets; we do not, so that a domain of the
     * longest form that DNS allows still has room for a local part.
     */
    static final int PATH_MAX = 256;

    enum Kind {
        MAILBOX,
        /** {@code <>}. */
        NULL,
        /** {@code <bob>}. */
        LOCAL_PART_ONLY,
        TOO_LONG,
        MALFORMED
    }

    private Optional<Mailbox> mailbox = Optional.empty();
    private int end;
    private boolean postmaster;

    /** Reads the path that begins at {@code from}. */
    Kind read(byte[] in, int from, int to) {
        mailbox = Optional.empty();
        if (from == to || in[from] != '<') return Kind.MALFORMED;
        if (from + 1 < to && in[from + 1] == '>') return closed(Kind.NULL, from + 1);
        int local = endOfRoute(in, from + 1, to);
        if (local == NONE) return Kind.MALFORMED;
        int localEnd = AddressGrammar.endOfLocalPart(in, local, to);
        if (localEnd == NONE || localEnd == to) return Kind.MALFORMED;
        if (in[localEnd] == '>') {
            postmaster = isPostmaster(in, local, localEnd);
            return closed(Kind.LOCAL_PART_ONLY, localEnd);
        }
        if (in[localEnd] != '@') return Kind.MALFORMED;
        int domain = localEnd + 1;
        int domainEnd = AddressGrammar.endOfDomainOrLiteral(in, domain, to);
        if (domainEnd == NONE || domainEnd == to || in[domainEnd] != '>') return Kind.MALFORMED;
        if (isTooLong(local, localEnd, domainEnd) || domainEnd - from - 1 > PATH_MAX) return Kind.TOO_LONG;
        String name = text(in, domain, domainEnd);
        if (!isKnownToDns(name)) return Kind.MALFORMED;
        mailbox = Optional.of(new Mailbox(text(in, local, localEnd), name));
        return closed(Kind.MAILBOX, domainEnd);
    }

    private static boolean isTooLong(int local, int localEnd, int domainEnd) {
        return localEnd - local > LOCAL_PART_MAX || domainEnd - localEnd - 1 > DOMAIN_MAX;
    }

    private static boolean isKnownToDns(String domain) {
        return InternationalDomain.isAscii(domain)
                || InternationalDomain.toAscii(domain).isPresent();
    }

    /** Whether {@code in[from, to)} is a mailbox as in a path, without brackets and route. */
    static boolean isMailbox(byte[] in, int from, int to) {
        int localEnd = AddressGrammar.endOfLocalPart(in, from, to);
        if (localEnd == NONE || localEnd == to || in[localEnd] != '@') return false;
        boolean ends = AddressGrammar.endOfDomainOrLiteral(in, localEnd + 1, to) == to;
        return ends && !isTooLong(from, localEnd, to) && isKnownToDns(text(in, localEnd + 1, to));
    }

    /** Of a MAILBOX: the mailbox, without its route. */
    Optional<Mailbox> mailbox() {
        return mailbox;
    }

    /** Of a LOCAL_PART_ONLY: whether it is "postmaster" in any letter case (RFC 5321 §4.5.1). */
    boolean isPostmaster() {
        return postmaster;
    }

    /** Of a path that is neither too long nor malformed: index behind its closing bracket. */
    int end() {
        return end;
    }

    private Kind closed(Kind kind, int bracket) {
        end = bracket + 1;
        return kind;
    }

    /** A-d-l ":" = At-domain *( "," At-domain ) ":", accepted and ignored (RFC 5321 Appendix C). */
    private static int endOfRoute(byte[] in, int from, int to) {
        int at = from;
        if (at == to || in[at] != '@') return at;
        while (at < to && in[at] == '@') {
            int hop = AddressGrammar.endOfDomainOrLiteral(in, at + 1, to);
            if (hop == NONE || hop == to) return NONE;
            if (in[hop] == ':') return hop + 1;
            if (in[hop] != ',') return NONE;
            at = hop + 1;
        }
        return NONE;
    }

    private static boolean isPostmaster(byte[] in, int from, int to) {
        return to - from == "postmaster".length() && text(in, from, to).equalsIgnoreCase("postmaster");
    }

    private static String text(byte[] in, int from, int to) {
        return new String(in, from, to - from, UTF_8);
    }
}
