package posthaste.queue.rocksdb;

import java.io.IOException;
import java.util.concurrent.TimeUnit;

/** Makes writes of this process fail, by the means of the system. */
final class DiskFaults {
    private static final long COMMAND_SECONDS = 20;

    private DiskFaults() {}

    /** No file of this process grows beyond {@code bytes} (EFBIG) until {@link #lift}; false where that is not known. */
    static boolean limitFileSize(long bytes) {
        return prlimit(Long.toString(bytes));
    }

    static void lift() {
        if (!prlimit("unlimited")) throw new AssertionError("the limit of file sizes stays");
    }

    private static boolean prlimit(String bytes) {
        return run("prlimit", "--pid", Long.toString(ProcessHandle.current().pid()), "--fsize=" + bytes + ":");
    }

    /** False where the command is missing or fails. */
    static boolean run(String... command) {
        try {
            Process process =
                    new ProcessBuilder(command).redirectErrorStream(true).start();
            return process.waitFor(COMMAND_SECONDS, TimeUnit.SECONDS) && process.exitValue() == 0;
        } catch (IOException missing) {
            return false;
        } catch (InterruptedException unexpected) {
            throw new AssertionError(unexpected);
        }
    }
}
