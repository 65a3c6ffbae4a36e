package posthaste.server.admin;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.Function;
import posthaste.queue.MailQueue;
import posthaste.queue.MessageId;
import posthaste.queue.QueueEvent;

/** What the queue tells an operator, as JSON. Call on an event loop; answers there. */
final class QueueApi {
    /** Of one message: more than a message collects in its life, short of what fills the memory. */
    private static final int HISTORY_MAX = 1000;

    private final Vertx vertx;
    private final MailQueue queue;

    QueueApi(Vertx vertx, MailQueue queue) {
        this.vertx = vertx;
        this.queue = queue;
    }

    JsonObject status() {
        MailQueue.QueueStatus status = queue.status();
        var json = new JsonObject()
                .put("messages", status.messages())
                .put("waitingChanges", status.waitingChanges())
                .put("bodyBytesInMemory", status.bodyBytesInMemory());
        status.fatal().ifPresent(why -> json.put("fatal", String.valueOf(why.getMessage())));
        queue.refusal().ifPresent(why -> json.put("refusal", String.valueOf(why.getMessage())));
        return json;
    }

    /** What happened to one message, oldest first; empty when it is unknown. */
    Future<JsonArray> history(MessageId id) {
        return answer(owner -> queue.events().of(id, HISTORY_MAX, owner));
    }

    /** What happened behind {@code sequence}, oldest first. */
    Future<JsonArray> events(long sequence, int max) {
        return answer(owner -> queue.events().after(sequence, max, owner));
    }

    private Future<JsonArray> answer(Function<Executor, CompletionStage<List<QueueEvent>>> question) {
        var context = vertx.getOrCreateContext();
        Promise<List<QueueEvent>> answer = Promise.promise();
        Executor owner = task -> context.runOnContext(posted -> task.run());
        CompletionStage<List<QueueEvent>> asked = question.apply(owner);
        asked.whenComplete((events, failure) -> {
            if (failure == null) {
                answer.complete(events);
            } else {
                answer.fail(failure);
            }
        });
        return answer.future().map(QueueApi::json);
    }

    private static JsonArray json(List<QueueEvent> events) {
        var array = new JsonArray();
        events.forEach(event -> array.add(json(event)));
        return array;
    }

    private static JsonObject json(QueueEvent event) {
        var json = new JsonObject()
                .put("sequence", event.sequence())
                .put("time", Instant.ofEpochMilli(event.atMillis()).toString())
                .put("kind", event.kind().name())
                .put("id", event.message().toString())
                .put("recipient", event.recipient())
                .put("destination", event.destination())
                .put("host", event.host())
                .put("detail", event.detail())
                .put("attempts", event.attempts());
        if (event.nextDueMillis() > 0) {
            json.put("nextDue", Instant.ofEpochMilli(event.nextDueMillis()).toString());
        }
        return json;
    }
}
