package posthaste.bench;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Something that is wrong with the disk of a running relay for a while. */
sealed interface DiskFault {
    long COMMAND_SECONDS = 20;

    /** It begins. {@code pid} is the relay's. */
    void begin(long pid) throws IOException, InterruptedException;

    /** The disk is well again. Does nothing where it was. */
    void end() throws IOException, InterruptedException;

    /** Every sync fails with EIO: a tracer attaches and answers in place of the kernel. */
    final class SyncError implements DiskFault {
        private final Path log;
        private List<Process> tracer = List.of();

        /** @param log where strace writes what it did */
        SyncError(Path log) {
            this.log = log;
        }

        @Override
        public void begin(long pid) throws IOException, InterruptedException {
            Process strace = new ProcessBuilder(
                            "strace",
                            "-f",
                            "-qq",
                            "-o",
                            log.toString(),
                            "-e",
                            "trace=fsync,fdatasync",
                            "-e",
                            "inject=fsync,fdatasync:error=EIO",
                            "-p",
                            Long.toString(pid))
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start();
            tracer = List.of(strace);
            while (!isTraced(pid)) {
                if (strace.waitFor(10, TimeUnit.MILLISECONDS)) {
                    throw new IOException("strace may not attach to the relay (kernel.yama.ptrace_scope)");
                }
            }
        }

        private static boolean isTraced(long pid) throws IOException {
            return Files.readAllLines(Path.of("/proc/" + pid + "/status")).stream()
                    .anyMatch(line -> line.startsWith("TracerPid:") && !line.endsWith("\t0"));
        }

        @Override
        public void end() throws InterruptedException {
            for (Process strace : tracer) {
                strace.destroy(); // it detaches
                if (!strace.waitFor(COMMAND_SECONDS, TimeUnit.SECONDS))
                    strace.destroyForcibly().waitFor();
            }
            tracer = List.of();
        }
    }

    /** A file system of its own that a second file fills to the last octets. */
    final class Full implements DiskFault, AutoCloseable {
        private static final int BLOCK = 4096;

        private final Path disk;
        private final Path ballast;
        private final long leftBytes;

        private Full(Path disk, long leftBytes) {
            this.disk = disk;
            this.ballast = disk.resolve("ballast");
            this.leftBytes = leftBytes;
        }

        /**
         * Mounts a tmpfs on {@code disk}, a new directory.
         *
         * @param leftBytes how much room the ballast leaves
         * @throws IOException where mounting is not permitted
         */
        static Full mount(Path disk, int mebibytes, long leftBytes) throws IOException, InterruptedException {
            Files.createDirectory(disk);
            run("mount", "-t", "tmpfs", "-o", "size=" + mebibytes + "m", "tmpfs", disk.toString());
            return new Full(disk, leftBytes);
        }

        private static void run(String... command) throws IOException, InterruptedException {
            Process process = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start();
            if (!process.waitFor(COMMAND_SECONDS, TimeUnit.SECONDS) || process.exitValue() != 0) {
                process.destroyForcibly();
                throw new IOException(String.join(" ", command) + " does not work; only root may mount");
            }
        }

        @Override
        public void begin(long pid) throws IOException {
            FileStore store = Files.getFileStore(disk);
            try (OutputStream out = Files.newOutputStream(ballast)) {
                byte[] block = new byte[BLOCK];
                while (store.getUsableSpace() > leftBytes) out.write(block);
            } catch (IOException full) {
                if (store.getUsableSpace() > leftBytes) throw full;
            }
        }

        @Override
        public void end() throws IOException {
            Files.deleteIfExists(ballast);
        }

        @Override
        public void close() throws IOException {
            try {
                run("umount", "--lazy", disk.toString());
            } catch (InterruptedException stopped) {
                Thread.currentThread().interrupt();
                throw new IOException("interrupted while " + disk + " was unmounted", stopped);
            }
        }
    }
}
