package posthaste.queue.rocksdb;

import static posthaste.queue.rocksdb.QueueFixture.DIRECT;

import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletionStage;
import posthaste.queue.Envelope;
import posthaste.queue.IncomingMessage;
import posthaste.queue.Mails;
import posthaste.queue.MessageId;

/** Mail comes in: in one piece, or in pieces among others, to be accepted or not. */
final class SimulatedSenders {
    private static final int INCOMING_MAX = 4;
    private static final int PIECE_BYTES_MAX = 20_000;

    private final SimulatedQueue queue;
    private final List<Incoming> incoming = new ArrayList<>();

    private record Incoming(IncomingMessage message, ByteArrayOutputStream content) {}

    /** A message whose acceptance was submitted. */
    static final class Accepting {
        final CompletionStage<MessageId> answer;
        private final MessageId id;
        private final Envelope envelope;
        private final byte[] content;

        private Accepting(IncomingMessage message, Envelope envelope, byte[] content) {
            id = message.id();
            this.envelope = envelope;
            this.content = content;
            answer = message.accept(envelope, DIRECT);
        }
    }

    SimulatedSenders(SimulatedQueue queue) {
        this.queue = queue;
    }

    boolean noneIncoming() {
        return incoming.isEmpty();
    }

    void accept(RandomMail mail, Random random) {
        accepted(submit(mail, random));
    }

    /** Submits a message in one piece; the model does not know of it yet. */
    Accepting submit(RandomMail mail, Random random) {
        IncomingMessage message = queue.run().queue().begin();
        byte[] content = mail.content();
        append(message, content, random);
        return submit(message, content, mail);
    }

    private static void append(IncomingMessage message, byte[] content, Random random) {
        int at = 0;
        while (at < content.length) {
            int length = Math.min(content.length - at, 1 + random.nextInt(PIECE_BYTES_MAX));
            message.append(content, at, length);
            at += length;
        }
    }

    private Accepting submit(IncomingMessage message, byte[] content, RandomMail mail) {
        return new Accepting(message, mail.envelope(queue.run().queue().clock().instant()), content);
    }

    private void accepted(Accepting message) {
        tellModel(message);
        queue.promises.synced(message.answer, queue.model.version());
    }

    void tellModel(Accepting message) {
        for (QueueModel.Open open : queue.model.accept(message.id, message.envelope, message.content)) {
            if (QueueModel.isHeld(open)) queue.tally.count("parts held");
            else queue.deliveries.expect(open);
        }
    }

    /** Begins a message, or goes on with one, or ends it. */
    void receive(RandomMail mail, Random random) {
        int pick = random.nextInt(INCOMING_MAX);
        if (pick >= incoming.size()) {
            incoming.add(new Incoming(queue.run().queue().begin(), new ByteArrayOutputStream()));
        } else if (mail.percent(60)) {
            more(incoming.get(pick), mail, random);
        } else {
            Incoming one = incoming.remove(pick);
            if (mail.percent(50)) discard(one);
            else accepted(submit(one.message(), one.content().toByteArray(), mail));
        }
    }

    private static void more(Incoming one, RandomMail mail, Random random) {
        byte[] more = mail.content();
        append(one.message(), more, random);
        one.content().writeBytes(more);
    }

    private void discard(Incoming one) {
        one.message().discard();
        queue.tally.count("discarded");
    }

    /** Begins messages of which chunks reach the disk. */
    void beginLong(int count, Random random) {
        for (int i = 0; i < count; i++) {
            Incoming one = new Incoming(queue.run().queue().begin(), new ByteArrayOutputStream());
            byte[] content =
                    Mails.noise(queue.run().chunkBytes() + 1 + random.nextInt(PIECE_BYTES_MAX), random.nextLong());
            append(one.message(), content, random);
            one.content().writeBytes(content);
            incoming.add(one);
        }
    }

    /** Ends one that is being received: what is being accepted, of which the model does not know yet, or nothing. */
    Optional<Accepting> endOne(RandomMail mail, Random random) {
        Incoming one = incoming.remove(random.nextInt(incoming.size()));
        if (mail.percent(30)) more(one, mail, random);
        if (mail.percent(70))
            return Optional.of(submit(one.message(), one.content().toByteArray(), mail));
        discard(one);
        return Optional.empty();
    }

    /** A run ends: some are discarded before, and of the others nobody hears again. */
    void leave(Random random) {
        for (Incoming one : incoming) if (random.nextBoolean()) discard(one);
        incoming.clear();
    }
}
