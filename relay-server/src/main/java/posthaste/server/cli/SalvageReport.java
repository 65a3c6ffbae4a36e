package posthaste.server.cli;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Instant;
import java.util.stream.Collectors;
import posthaste.queue.QueueEvent;
import posthaste.queue.SalvageListener;
import posthaste.queue.SalvageSummary;
import posthaste.smtp.SafeText;

/** Prints what a salvage finds as it is found. */
interface SalvageReport extends SalvageListener {
    /** The last word. */
    void end(SalvageSummary summary, Path to);

    /** Lines for people. */
    record Text(PrintWriter out) implements SalvageReport {
        private static final int TEXT_MAX = 500;

        @Override
        public void missing(Missing message) {
            out.println("missing " + message.id() + ": " + safe(message.what()));
            if (!message.recipients().isEmpty()) {
                out.println("  open recipients: "
                        + safe(message.recipients().stream()
                                .map(each -> each.mailbox().toString())
                                .collect(Collectors.joining(", "))));
            }
            message.events().forEach(event -> out.println("  " + line(event)));
        }

        private static String line(QueueEvent event) {
            return safe(String.join(
                    " ",
                    Instant.ofEpochMilli(event.atMillis()).toString(),
                    event.kind().name(),
                    event.recipient(),
                    event.host(),
                    event.detail()));
        }

        private static String safe(String text) {
            return SafeText.of(text, TEXT_MAX);
        }

        @Override
        public void note(String sentence) {
            out.println("note: " + safe(sentence));
        }

        @Override
        public void end(SalvageSummary summary, Path to) {
            out.println("recovered " + summary.recovered() + " messages into " + to);
            if (summary.begunAnew() > 0) {
                out.println(summary.begunAnew() + " of them lost their attempts and are tried from the start");
            }
            out.println(
                    summary.complete()
                            ? "nothing is missing"
                            : "missing: %d messages, %d commits, %d events"
                                    .formatted(summary.missing(), summary.commitsMissing(), summary.eventsMissing()));
        }
    }

    /** One object per line, its {@code type} first: missing, note or summary. */
    record Json(PrintWriter out) implements SalvageReport {

        @Override
        public void missing(Missing message) {
            var recipients = new JsonArray();
            message.recipients().forEach(each -> recipients.add(each.mailbox().toString()));
            var events = new JsonArray();
            message.events().forEach(each -> events.add(json(each)));
            print(new JsonObject()
                    .put("type", "missing")
                    .put("id", message.id().toString())
                    .put("what", message.what())
                    .put("recipients", recipients)
                    .put("events", events));
        }

        private static JsonObject json(QueueEvent event) {
            return new JsonObject()
                    .put("sequence", event.sequence())
                    .put("time", Instant.ofEpochMilli(event.atMillis()).toString())
                    .put("kind", event.kind().name())
                    .put("recipient", event.recipient())
                    .put("host", event.host())
                    .put("detail", event.detail())
                    .put("attempts", event.attempts());
        }

        @Override
        public void note(String sentence) {
            print(new JsonObject().put("type", "note").put("text", sentence));
        }

        @Override
        public void end(SalvageSummary summary, Path to) {
            print(new JsonObject()
                    .put("type", "summary")
                    .put("to", to.toString())
                    .put("recovered", summary.recovered())
                    .put("begunAnew", summary.begunAnew())
                    .put("missing", summary.missing())
                    .put("commitsMissing", summary.commitsMissing())
                    .put("eventsMissing", summary.eventsMissing())
                    .put("complete", summary.complete()));
        }

        private void print(JsonObject line) {
            out.println(line.encode());
        }
    }
}
