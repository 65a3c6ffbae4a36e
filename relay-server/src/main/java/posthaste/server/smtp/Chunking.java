package posthaste.server.smtp;

import java.time.Instant;
import java.util.Optional;
import posthaste.smtp.Command;
import posthaste.smtp.Replies;
import posthaste.smtp.Reply;

/**
 * The message comes in chunks (RFC 3030 §2): between two of them commands are read, and only what ends the transaction
 * or goes on with it is legal.
 */
record Chunking(Peer peer, EnvelopeDraft draft) implements Finishing {
    /** Times the largest message: a chunk that is merely too large is read and refused, a larger one ends the session. */
    private static final int SIZES_MAX = 2;

    /** Why the session ends rather than read this chunk. */
    static Optional<Reply> refusal(Command.Bdat command, LimitsConfig limits) {
        boolean senseless = command.octets() > SIZES_MAX * limits.messageSize();
        return senseless ? Optional.of(Replies.CHUNK_TOO_LARGE) : Optional.empty();
    }

    @Override
    public Chunking with(EnvelopeDraft other) {
        return new Chunking(peer, other);
    }

    @Override
    public Transition bdat(Command.Bdat command) {
        Optional<Reply> refusal = refusal(command, peer.limits());
        if (refusal.isPresent()) return new Transition(this, new Action.Close(refusal.get()));
        return new Transition(this, new Action.ReceiveChunk(command, Optional.empty()));
    }

    @Override
    public Transition chunkReceived(Command.Bdat chunk, Content content, Instant now) {
        if (chunk.last()) return received(content, now);
        Optional<Reply> refusal = content.refusal(peer.limits());
        if (refusal.isPresent()) return new Transition(withoutTransaction(), new Action.Drop(refusal.get()));
        Toll toll = chunk.octets() == 0 ? Toll.JUNK : Toll.NONE;
        return new Transition(this, new Action.Respond(Replies.chunkReceived(chunk.octets())), toll);
    }

    @Override
    public Transition mail(Command.Mail command) {
        return refuse(Replies.NESTED_MAIL);
    }

    @Override
    public Transition rcpt(Command.Rcpt command) {
        return refuse(Replies.BAD_SEQUENCE);
    }

    @Override
    public Transition data(Command.Data command) {
        return refuse(Replies.DATA_AFTER_BDAT);
    }

    @Override
    public String situation() {
        return "A message in chunks for " + draft.size() + " recipients";
    }
}
