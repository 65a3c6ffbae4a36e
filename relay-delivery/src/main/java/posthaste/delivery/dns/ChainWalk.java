package posthaste.delivery.dns;

import java.time.Duration;
import java.util.List;

/**
 * Where a question stands on its way along CNAME records (RFC 1034 §3.6.2).
 *
 * @param name the name that is looked at now
 * @param steps CNAME records followed so far
 * @param validForMillis the least time that anything on the way stays valid
 * @param untilMillis when to give up, since each name on the way may cost the time-outs of all resolvers
 */
record ChainWalk(String name, int steps, long validForMillis, long untilMillis) {
    /** More is a loop or nonsense, and counts as a failure for now (RFC 1034 §3.6.2 leaves the number open). */
    static final int STEPS_MAX = 10;

    /** What to do next. */
    sealed interface Next {}

    record Done(DnsAnswer answer) implements Next {}

    /** The reply says nothing about the name that its chain leads to. */
    record Ask(ChainWalk walk) implements Next {}

    static ChainWalk from(String name, long untilMillis) {
        return new ChainWalk(name, 0, Long.MAX_VALUE, untilMillis);
    }

    /** Goes as far as this reply leads. */
    Next through(DnsReply.Usable reply, long replyValidForMillis) {
        long valid = Math.min(validForMillis, Math.max(0, replyValidForMillis));
        String current = name;
        for (int step = steps; step <= STEPS_MAX; step++) {
            List<DnsData> data = reply.dataOf(current);
            if (!data.isEmpty()) return new Done(new DnsAnswer.Found(current, data, Duration.ofMillis(valid)));
            var alias = reply.aliasOf(current);
            if (alias.isEmpty()) return atEnd(reply, current, step, valid);
            current = alias.get();
        }
        return new Done(new DnsAnswer.Failed("more than " + STEPS_MAX + " CNAME records in a row, or a loop of them"));
    }

    private Next atEnd(DnsReply.Usable reply, String end, int step, long valid) {
        Duration validFor = Duration.ofMillis(valid);
        if (!reply.nameExists()) return new Done(new DnsAnswer.NoSuchName(validFor));
        boolean told = end.equals(name) || reply.negativeTtlSeconds().isPresent();
        if (told) return new Done(new DnsAnswer.NoData(end, validFor));
        return new Ask(new ChainWalk(end, step, valid, untilMillis));
    }
}
