package posthaste.server.smtp;

import java.util.concurrent.CompletionStage;

/** One message on its way past the content filters. Lives on one event loop and never blocks. */
public interface Screening {

    /** Takes content, which is copied. What comes while {@link #isFull} is taken all the same. */
    void content(byte[] array, int offset, int length);

    /** Whether the caller should stop reading from its client until {@link #onWritable} calls back. */
    boolean isFull();

    /** Runs {@code resume} once, on the loop and not within this call, when more may come. */
    void onWritable(Runnable resume);

    /**
     * The message has come whole.
     *
     * @return what becomes of it; completes on the loop, never within this call, and never fails: what a filter that is
     *     down means is part of the verdict
     */
    CompletionStage<FilterVerdict> ended();

    /** Nobody wants the message any more. Idempotent; does nothing once there is a verdict. */
    void abandon();
}
