package posthaste.server.smtp;

import java.io.ByteArrayOutputStream;
import java.time.Duration;
import java.util.Optional;
import posthaste.queue.IncomingMessage;
import posthaste.smtp.ChunkDecoder;
import posthaste.smtp.Command;
import posthaste.smtp.ContentInspection;
import posthaste.smtp.ContentSink;
import posthaste.smtp.DataDecoder;

/**
 * One message on its way in. As soon as it is known that it will be refused, what was kept of it is given back; its end
 * must be found all the same. Owned by its session.
 */
final class Reception implements ContentSink {

    /** Who is told how it goes. */
    interface Listener {
        /** The queue wants no more for now. */
        void full(IncomingMessage message);

        /** A content filter takes no more for now. */
        void full(Screening screening);

        /** The end was found. */
        void ended(Content content);

        /** A chunk has come whole. */
        void chunkEnded(Command.Bdat chunk, Content content);
    }

    /** A message that takes no longer may come at any rate. */
    private static final Duration SLOW_GRACE = Duration.ofMinutes(1);

    private static final long SECOND = Duration.ofSeconds(1).toNanos();

    private final IncomingMessage message;
    private final Action.Content how;
    private final LimitsConfig limits;
    /** Where line ends that are none become CRLF. */
    private final Optional<LineEndMender> mender;

    private final ContentSink keeper;
    private final Optional<HeaderCompletion> completion;
    private final ContentSink whole;
    private final int showableMax;
    private final Optional<Screening> screening;
    private final Listener listener;
    private final ChunkDecoder chunks = new ChunkDecoder();
    private final ByteArrayOutputStream shown = new ByteArrayOutputStream(0);
    private ContentInspection seen = chunks.content();
    private boolean showable = true;
    /** When it began, moved on by all that it had to wait for us. */
    private long beganNanos;

    private boolean dropped;
    private boolean writable;

    /**
     * @param mended whether line ends that are none become CRLF
     * @param showableMax octets of the largest message that terminals are written
     * @param screening what shows it to content filters
     * @param missing what a message gets that has none, of clients that submit; empty where nothing is added (RFC 6409 §8)
     * @param nowNanos when it begins
     */
    Reception(
            IncomingMessage message,
            Action.Content how,
            LimitsConfig limits,
            boolean mended,
            int showableMax,
            Optional<Screening> screening,
            Optional<HeaderCompletion.Fields> missing,
            long nowNanos,
            Listener listener) {
        beganNanos = nowNanos;
        this.message = message;
        mender = mended ? Optional.of(new LineEndMender(this::keep)) : Optional.empty();
        keeper = mender.isPresent() ? mender.get() : this::keep;
        this.how = how;
        this.limits = limits;
        this.showableMax = showableMax;
        this.screening = screening;
        this.listener = listener;
        completion = missing.map(fields -> new HeaderCompletion(fields, this::finished));
        whole = completion.isPresent() ? completion.get() : this::finished;
    }

    IncomingMessage message() {
        return message;
    }

    /** Where content filters are asked; there are some. */
    Screening screening() {
        return screening.orElseThrow();
    }

    /** What terminals are written. */
    byte[] shown() {
        return shown.toByteArray();
    }

    /** What comes is content up to the dot. */
    Input dotted() {
        var decoder = new DataDecoder();
        seen = decoder.content();
        return (in, from, to) -> {
            writable = true;
            int at = decoder.decode(in, from, to, this);
            if (decoder.isFinished()) {
                Content content = content();
                judge(content);
                listener.ended(content);
            } else {
                judge(content());
                pauseIfFull();
            }
            return at;
        };
    }

    /** What comes is a chunk; one of no octets has come already. */
    Input chunk(Command.Bdat chunk) {
        chunks.begin(chunk);
        return (in, from, to) -> {
            writable = true;
            int at = chunks.decode(in, from, to, this);
            Content content = content();
            judge(content);
            pauseIfFull();
            if (chunks.isFinished()) listener.chunkEnded(chunk, content);
            return at;
        };
    }

    /** It could not go on for so long. */
    void waited(long nanos) {
        beganNanos += nanos;
    }

    /** Whether it comes so slowly that it only keeps a connection busy. */
    boolean isTooSlow(long nowNanos) {
        long nanos = nowNanos - beganNanos;
        if (nanos <= SLOW_GRACE.toNanos()) return false;
        return seen.octets() < limits.guards().dataRateMin() * (nanos / SECOND);
    }

    /** What is known of it by now: of what is kept, but for its size, which the client answers for. */
    Content content() {
        ContentInspection kept = mender.map(LineEndMender::mended).orElse(seen);
        return Content.of(kept, seen.octets(), how.binary(), showable);
    }

    private void pauseIfFull() {
        if (dropped) return;
        if (!writable) listener.full(message);
        if (screening.isPresent() && screening.get().isFull()) listener.full(screening.get());
    }

    private void judge(Content content) {
        if (!dropped && content.refusal(limits).isPresent()) drop();
    }

    @Override
    public void content(byte[] array, int offset, int length) {
        if (dropped) return;
        if (seen.octets() > limits.messageSize()) {
            drop();
            return;
        }
        keeper.content(array, offset, length);
    }

    private void keep(byte[] array, int offset, int length) {
        whole.content(array, offset, length);
        if (how.shown()) show(array, offset, length);
    }

    /** With what the relay itself adds to a message: filters judge what is taken. */
    private void finished(byte[] array, int offset, int length) {
        if (how.kept()) writable = message.append(array, offset, length);
        if (screening.isPresent()) screening.get().content(array, offset, length);
    }

    private void show(byte[] array, int offset, int length) {
        showable = showable && shown.size() + length <= showableMax;
        if (showable) shown.write(array, offset, length);
        else shown.reset();
    }

    /** All of it has come, and filters are asked about it, or it is handed to the queue. Once is enough. */
    void complete() {
        completion.ifPresent(HeaderCompletion::complete);
    }

    /** Keeps nothing; does nothing once the message was handed to the queue. */
    void drop() {
        dropped = true;
        message.discard();
        screening.ifPresent(Screening::abandon);
    }
}
