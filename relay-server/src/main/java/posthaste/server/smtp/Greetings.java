package posthaste.server.smtp;

import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
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
    private final Offers forStrangers;
    private final Offers forTrusted;

    /** What one kind of client is offered. */
    private final class Offers {
        private final Offer plain;
        private final Offer flushing;
        private final boolean releases;
        private Reply ehlo;
        private Reply ehloWithEtrn;
        private Instant releasesFrom = Instant.MIN;

        Offers(Offer offer, boolean releases) {
            plain = offer;
            flushing = offer.with(Set.of(Extension.ETRN));
            this.releases = releases;
            ehlo = ehlo(plain);
            ehloWithEtrn = ehlo(flushing);
        }

        Offer offer(boolean etrn) {
            return etrn ? flushing : plain;
        }

        /** The latest date of a future release moves on by the hour. */
        Reply ehlo(boolean etrn, Instant now) {
            if (releases && !now.truncatedTo(ChronoUnit.HOURS).equals(releasesFrom)) {
                releasesFrom = now.truncatedTo(ChronoUnit.HOURS);
                var hold = new Offer.Hold(limits.holdMax(), releasesFrom.plus(limits.holdMax()));
                ehlo = ehlo(plain.with(hold));
                ehloWithEtrn = ehlo(flushing.with(hold));
            }
            return etrn ? ehloWithEtrn : ehlo;
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
        Offer offer = new Offer(
                all, limits.messageSize(), limits.deliverByMin(), Optional.empty(), limits.recipients(), messagesMax);
        forStrangers = new Offers(offer, false);
        forTrusted = new Offers(
                offer.with(Set.of(Extension.MT_PRIORITY)), limits.holdMax().compareTo(Duration.ZERO) > 0);
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

    /** 250 to EHLO, one line per extension (RFC 5321 §4.1.1.1). */
    Reply ehlo(Standing client, boolean etrn, Instant now) {
        return of(client).ehlo(etrn, now);
    }

    /** What EHLO offers and HELP lists, but for the dates. */
    Offer offer(Standing client, boolean etrn) {
        return of(client).offer(etrn);
    }

    private Offers of(Standing client) {
        return client == Standing.TRUSTED ? forTrusted : forStrangers;
    }
}
