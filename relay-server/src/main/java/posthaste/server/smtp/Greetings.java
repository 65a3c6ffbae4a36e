package posthaste.server.smtp;

import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import posthaste.server.policy.RelayPolicy.Standing;
import posthaste.smtp.Extension;
import posthaste.smtp.Extensions;
import posthaste.smtp.Offer;
import posthaste.smtp.Replies;
import posthaste.smtp.Reply;

/** What the sessions of one event loop say of the relay. Made once, but for the dates in it. Lives on that loop. */
final class Greetings {
    private final String hostname;
    private final LimitsConfig limits;
    private final Reply greeting;
    private final Reply denial;
    private final Reply helo;
    private final Reply closing;
    private final Offer forEverybody;
    /** As many as there are kinds of clients: a handful. */
    private final Map<Kind, Offers> offers = new HashMap<>();

    /**
     * What an offer depends on.
     *
     * @param standing what the client may do
     * @param etrn whether that is ETRN too
     * @param startTls whether it may ask for TLS
     * @param secured whether it speaks TLS
     * @param forwards whether it may speak for others
     * @param mechanisms by which it may log in
     * @param turn whether it may fetch mail
     */
    record Kind(
            Standing standing,
            boolean etrn,
            boolean startTls,
            boolean secured,
            boolean forwards,
            List<String> mechanisms,
            boolean turn) {}

    /** What one kind of client is offered. */
    final class Offers {
        private final Offer offer;
        private final boolean releases;
        private Reply ehlo;
        private Instant releasesFrom = Instant.MIN;

        private Offers(Offer offer, boolean releases) {
            this.offer = offer;
            this.releases = releases;
            ehlo = ehlo(offer);
        }

        /** What EHLO offers and HELP lists, but for the dates. */
        Offer offer() {
            return offer;
        }

        /** 250 to EHLO, one line per extension (RFC 5321 §4.1.1.1). The latest date of a release moves on by the hour. */
        Reply ehlo(Instant now) {
            if (releases && !now.truncatedTo(ChronoUnit.HOURS).equals(releasesFrom)) {
                releasesFrom = now.truncatedTo(ChronoUnit.HOURS);
                var hold = new Offer.Hold(limits.holdMax(), releasesFrom.plus(limits.holdMax()));
                ehlo = ehlo(offer.with(hold));
            }
            return ehlo;
        }

        private Reply ehlo(Offer offer) {
            List<String> lines = new ArrayList<>();
            lines.add(hostname + " greets you");
            lines.addAll(Extensions.ours(offer));
            return new Reply(250, Optional.empty(), lines);
        }
    }

    Greetings(String hostname, LimitsConfig limits, boolean terminals) {
        this.hostname = hostname;
        this.limits = limits;
        greeting = Replies.greeting(hostname);
        denial = Replies.accessDenied(hostname);
        helo = Reply.plain(250, hostname);
        closing = Replies.closing(hostname);
        EnumSet<Extension> all = EnumSet.copyOf(Offer.FOR_EVERYBODY);
        if (terminals) all.addAll(Offer.TERMINALS);
        var messagesMax = limits.messagesPerConnection().map(OptionalInt::of).orElse(OptionalInt.empty());
        forEverybody = new Offer(
                all,
                limits.messageSize(),
                limits.deliverByMin(),
                Optional.empty(),
                limits.recipients(),
                messagesMax,
                List.of());
    }

    Offers offers(Kind kind) {
        return offers.computeIfAbsent(kind, this::made);
    }

    private Offers made(Kind kind) {
        Set<Extension> more = EnumSet.noneOf(Extension.class);
        boolean trusted = kind.standing() == Standing.TRUSTED;
        if (trusted) more.add(Extension.MT_PRIORITY);
        if (kind.etrn()) more.add(Extension.ETRN);
        if (kind.startTls()) more.add(Extension.START_TLS);
        if (kind.secured()) more.add(Extension.REQUIRE_TLS);
        if (kind.forwards()) more.addAll(Set.of(Extension.XCLIENT, Extension.XFORWARD));
        if (kind.turn()) more.addAll(Set.of(Extension.TURN, Extension.ATRN));
        return new Offers(
                forEverybody.with(more).with(kind.mechanisms()),
                trusted && limits.holdMax().compareTo(Duration.ZERO) > 0);
    }

    String hostname() {
        return hostname;
    }

    /** 220 on connect (RFC 5321 §3.1). */
    Reply greeting() {
        return greeting;
    }

    /** 554 on connect, to whom the access list refuses. */
    Reply denial() {
        return denial;
    }

    /** 250 to HELO, one line. */
    Reply helo() {
        return helo;
    }

    /** 221 to QUIT. */
    Reply closing() {
        return closing;
    }
}
