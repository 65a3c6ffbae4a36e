package posthaste.server.smtp;

import posthaste.queue.IncomingMessage;
import posthaste.smtp.ContentSink;
import posthaste.smtp.DataDecoder;

/**
 * One message on its way in. As soon as it is known that it will be refused, what was kept of it is given back; its end
 * must be found all the same. Owned by its session.
 */
final class Reception implements Input, ContentSink {

    /** Who is told how it goes. */
    interface Listener {
        /** The queue wants no more for now. */
        void full(IncomingMessage message);

        /** The end was found. */
        void ended(Content content);
    }

    private final IncomingMessage message;
    private final LimitsConfig limits;
    private final Listener listener;
    private final DataDecoder decoder = new DataDecoder();
    private boolean dropped;
    private boolean writable;

    Reception(IncomingMessage message, LimitsConfig limits, Listener listener) {
        this.message = message;
        this.limits = limits;
        this.listener = listener;
    }

    IncomingMessage message() {
        return message;
    }

    @Override
    public int read(byte[] in, int from, int to) {
        writable = true;
        int at = decoder.decode(in, from, to, this);
        Content content = Content.of(decoder.content());
        if (!dropped && content.refusal(limits).isPresent()) drop();
        if (decoder.isFinished()) {
            listener.ended(content);
        } else if (!writable && !dropped) {
            listener.full(message);
        }
        return at;
    }

    @Override
    public void content(byte[] array, int offset, int length) {
        if (dropped) return;
        if (decoder.content().octets() > limits.messageSize()) {
            drop();
        } else {
            writable = message.append(array, offset, length);
        }
    }

    /** Keeps nothing; does nothing once the message was handed to the queue. */
    void drop() {
        dropped = true;
        message.discard();
    }
}
