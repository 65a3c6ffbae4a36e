package posthaste.bench;

import java.io.IOException;
import java.util.OptionalLong;

/** A contender that can be ended and started again on what it has written, at the same address. One thread calls it. */
interface Restartable {

    /** Ends it and waits for its end. */
    void end(Restart.Ending ending) throws IOException, InterruptedException;

    /** Starts its launcher again and returns at once. */
    void launch() throws IOException;

    /** Until it says itself that it runs; takes note of its addresses. */
    void awaitReady() throws IOException, InterruptedException;

    /** Messages in its queue, by its own word. */
    OptionalLong queued();
}
