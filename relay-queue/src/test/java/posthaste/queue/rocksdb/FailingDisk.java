package posthaste.queue.rocksdb;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import posthaste.queue.Delivery;
import posthaste.queue.QueueException;

/**
 * The log cannot grow any more while a burst is written, and then it can. Mail is taken or refused, as its answer says,
 * and outcomes of attempts are never refused. The model is told only once the answers are known.
 */
final class FailingDisk {
    /** Changes while the disk fails, long messages among them, and the room that the log has until it does. */
    private static final int BURST = 40;

    private static final int LONG = 20;

    private static final int ROOM_BYTES_MAX = 30_000;

    private final SimulatedQueue queue;
    private final SimulatedSenders senders;
    private final SimulatedAttempts attempts;

    FailingDisk(SimulatedQueue queue, SimulatedSenders senders, SimulatedAttempts attempts) {
        this.queue = queue;
        this.senders = senders;
        this.attempts = attempts;
    }

    /** Afterwards nothing is being received. */
    void fail(RandomMail mail, Random random) {
        senders.beginLong(LONG, random);
        senders.accept(mail, random); // answered once the chunks of these are written
        queue.answers();
        List<QueueModel.Open> open = new ArrayList<>(queue.model.open());
        Collections.shuffle(open, random);
        open.subList(Math.min(BURST, open.size()), open.size()).clear();
        List<Delivery> deliveries = open.stream()
                .map(each -> queue.delivery(each, mail.percent(70)))
                .toList();
        List<Runnable> effects = new ArrayList<>();
        long bytesMax = queue.run().logBytes() + random.nextInt(ROOM_BYTES_MAX);
        if (!DiskFaults.limitFileSize(bytesMax)) return;
        try {
            for (int i = 0; i < BURST; i++) {
                if (mail.percent(40) && i < open.size()) settle(effects, open.get(i), deliveries.get(i), mail);
                else if (mail.percent(60) && !senders.noneIncoming()) endOne(effects, mail, random);
                else accept(effects, senders.submit(mail, random));
            }
            queue.run().awaitFailure();
            if (queue.run().queue().refusal().isPresent()) queue.tally.count("writes failed");
            while (!senders.noneIncoming()) endOne(effects, mail, random);
            accept(effects, senders.submit(mail, random)); // its answer comes after all that has none
        } finally {
            DiskFaults.lift();
        }
        effects.forEach(Runnable::run);
        queue.run().awaitHealth();
        queue.promises.synced(CompletableFuture.completedFuture(true), queue.model.version());
        queue.compare(true);
    }

    private void endOne(List<Runnable> effects, RandomMail mail, Random random) {
        senders.endOne(mail, random).ifPresent(each -> accept(effects, each));
    }

    private void settle(List<Runnable> effects, QueueModel.Open open, Delivery delivery, RandomMail mail) {
        SimulatedAttempts.Settling settling = attempts.submit(open, delivery, mail);
        effects.add(() -> {
            Promises.await(settling.answer());
            attempts.tellModel(settling);
        });
    }

    private void accept(List<Runnable> effects, SimulatedSenders.Accepting message) {
        effects.add(() -> {
            try {
                Promises.await(message.answer);
                senders.tellModel(message);
            } catch (CompletionException refused) {
                assertThat(refused.getCause()).isInstanceOf(QueueException.Failed.class);
                queue.tally.count("refused");
            }
        });
    }
}
