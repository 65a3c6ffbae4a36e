package posthaste.server;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What becomes of exceptions that nobody expected. */
final class Failures {
    private static final Logger LOG = LoggerFactory.getLogger(Failures.class);

    private Failures() {}

    /** From now on every thread's uncaught exceptions come here. */
    static void watch() {
        Thread.setDefaultUncaughtExceptionHandler(Failures::uncaught);
    }

    /**
     * A bug is logged. Without memory nothing that runs can be trusted any more: a relay that says 250 and cannot
     * deliver is worse than one that restarts. The JVM sees to the heap itself; direct memory ends here.
     */
    static void uncaught(Thread thread, Throwable failure) {
        if (failure instanceof OutOfMemoryError) {
            System.err.println("posthaste: out of memory: " + failure.getMessage()
                    + "; raise -Xmx or -XX:MaxDirectMemorySize in JAVA_OPTS");
            Runtime.getRuntime().halt(ExitCode.OUT_OF_MEMORY);
        }
        LOG.error("uncaught exception on {}", thread.getName(), failure);
    }
}
