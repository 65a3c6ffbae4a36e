package posthaste.queue.rocksdb;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import posthaste.queue.Delivery;
import posthaste.queue.DeliveryKey;
import posthaste.queue.IncomingMessage;
import posthaste.queue.MailQueue;
import posthaste.queue.Mails;
import posthaste.queue.MessageId;
import posthaste.queue.Notices;
import posthaste.queue.PriorityClass;
import posthaste.queue.QueueEvent;
import posthaste.queue.Settlement;
import posthaste.smtp.Reply;

/** What tests do with a queue, without waiting in between or with. */
final class QueueFixture {
    static final Executor DIRECT = Runnable::run;
    static final Reply BUSY = Reply.of(451, "4.3.0", "Try again later");

    private QueueFixture() {}

    static <T> T await(CompletionStage<T> stage) {
        try {
            return stage.toCompletableFuture().get(30, TimeUnit.SECONDS);
        } catch (Exception failure) {
            throw new AssertionError(failure);
        }
    }

    static CompletionStage<MessageId> submit(MailQueue queue, byte[] content, String... recipients) {
        IncomingMessage message = queue.begin();
        message.append(content, 0, content.length);
        return message.accept(Mails.envelope(queue.clock().instant(), recipients), DIRECT);
    }

    static MessageId accept(MailQueue queue, byte[] content, String... recipients) {
        return await(submit(queue, content, recipients));
    }

    static Settlement delivered(Delivery delivery) {
        List<Settlement.Finished> finished = delivery.recipients().stream()
                .map(each -> new Settlement.Finished(each, QueueEvent.Kind.DELIVERED, "250 2.0.0 ok", "mx"))
                .toList();
        return new Settlement(delivery, finished, Optional.empty(), List.of());
    }

    static Settlement deferred(Delivery delivery, long dueMillis) {
        Settlement.Deferral deferral = new Settlement.Deferral(
                delivery.recipients(),
                dueMillis,
                delivery.attempts() + 1,
                Notices.NONE,
                BUSY,
                "mx",
                QueueEvent.Kind.DEFERRED);
        return new Settlement(delivery, List.of(), Optional.of(deferral), List.of());
    }

    static List<Delivery> backlog(MailQueue queue, String destination) {
        DeliveryKey first = new DeliveryKey(destination, PriorityClass.NORMAL, 0, new MessageId(0), 0, 0);
        return await(queue.backlog(destination, PriorityClass.NORMAL, first, Long.MAX_VALUE, 10_000, DIRECT))
                .deliveries();
    }

    static byte[] contentOf(Delivery delivery) {
        List<byte[]> chunks = new ArrayList<>();
        int length = 0;
        for (int i = 0; i < delivery.body().chunks(); i++) {
            byte[] chunk = await(delivery.body().read(i, DIRECT));
            chunks.add(chunk);
            length += chunk.length;
        }
        byte[] content = new byte[length];
        int at = 0;
        for (byte[] chunk : chunks) {
            System.arraycopy(chunk, 0, content, at, chunk.length);
            at += chunk.length;
        }
        return content;
    }
}
