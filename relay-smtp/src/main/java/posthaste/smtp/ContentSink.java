package posthaste.smtp;

/** Takes the content of a message in order, as a decoder finds it. */
@FunctionalInterface
public interface ContentSink {
    /**
     * Takes {@code array[offset, offset + length)}, which is the caller's input or a constant: copy what outlives this
     * call. A caller that no longer wants the message ignores what comes; the end must be found all the same.
     */
    void content(byte[] array, int offset, int length);
}
