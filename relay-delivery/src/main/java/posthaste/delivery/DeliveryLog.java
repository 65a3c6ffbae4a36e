package posthaste.delivery;

import java.time.Instant;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import posthaste.queue.Delivery;
import posthaste.queue.Recipient;
import posthaste.queue.Settlement;
import posthaste.queue.Settlement.Deferral;
import posthaste.queue.Settlement.Finished;
import posthaste.smtp.SafeText;

/**
 * Counts what became of mail and says so: one line for each recipient that was not delivered; deliveries only at level
 * DEBUG, because the event log has them all. Thread-safe.
 */
final class DeliveryLog {
    private static final Logger LOG = LoggerFactory.getLogger("posthaste.mail");
    private static final int TEXT_MAX_CHARS = 400;
    /** Recipients named in one line. */
    private static final int NAMED_MAX = 5;

    private final DeliveryMetrics metrics;

    DeliveryLog(DeliveryMetrics metrics) {
        this.metrics = metrics;
    }

    /** A settlement was written. */
    void told(Settlement settlement, long nowMillis) {
        for (Finished each : settlement.finished()) told(settlement.delivery(), each, nowMillis);
        settlement.deferral().ifPresent(open -> deferred(settlement.delivery(), open, nowMillis));
        metrics.reported(settlement.reports().size());
    }

    private void told(Delivery delivery, Finished end, long nowMillis) {
        switch (end.kind()) {
            case DELIVERED -> {
                long ageMillis =
                        nowMillis - delivery.message().envelope().receivedAt().toEpochMilli();
                metrics.delivered(ageMillis, delivery.attempts() == 0);
                if (LOG.isDebugEnabled()) log("delivered", delivery, end, true);
            }
            case BOUNCED -> {
                metrics.bounced();
                log("bounced", delivery, end, false);
            }
            default -> {
                metrics.expired();
                log("expired", delivery, end, false);
            }
        }
    }

    private static void log(String what, Delivery delivery, Finished end, boolean detail) {
        String line = "{} {} to=<{}> host={} reply={}";
        Object[] values = {delivery.message().id(), what, name(end.recipient()), orNone(end.host()), safe(end.reply())};
        if (detail) LOG.debug(line, values);
        else LOG.info(line, values);
    }

    private void deferred(Delivery delivery, Deferral open, long nowMillis) {
        if (open.dueMillis() <= nowMillis) return; // the others of its recipients go on at once
        switch (open.kind()) {
            case AMBIGUOUS -> metrics.ambiguous();
            case DELAYED -> metrics.delayed();
            default -> metrics.deferred();
        }
        String what = open.kind().name().toLowerCase(java.util.Locale.ROOT);
        LOG.info(
                "{} {} to={} host={} attempts={} next={} reply={}",
                delivery.message().id(),
                what,
                names(open.recipients()),
                orNone(open.lastHost()),
                open.attempts(),
                Instant.ofEpochMilli(open.dueMillis()),
                safe(open.lastReply().oneLine()));
    }

    private static String names(List<Recipient> recipients) {
        var names = new StringBuilder();
        for (Recipient each : recipients.subList(0, Math.min(NAMED_MAX, recipients.size()))) {
            names.append(names.isEmpty() ? "<" : ",<").append(name(each)).append('>');
        }
        int more = recipients.size() - NAMED_MAX;
        return more > 0 ? names.append(" and ").append(more).append(" more").toString() : names.toString();
    }

    private static String name(Recipient recipient) {
        return safe(recipient.mailbox().toString());
    }

    private static String orNone(String host) {
        return host.isEmpty() ? "none" : host;
    }

    private static String safe(String text) {
        return SafeText.of(text, TEXT_MAX_CHARS);
    }
}
