package posthaste.bench;

import java.nio.file.Path;
import java.util.Set;

/** One system call of the relay that matters for what a disk holds, or a reply that promises something. */
sealed interface DiskCall {
    /** A descriptor as the trace prints it: its number and what it stood for at that moment. */
    record Descriptor(int number, Path path) {}

    /** A file or directory was opened as {@code descriptor}. */
    record Opened(Descriptor descriptor, boolean creates, boolean truncates) implements DiskCall {}

    /** Octets go to a file: at {@code offset}, or where the descriptor stands when that is {@link #AT_POSITION}. */
    final class Written implements DiskCall {
        static final long AT_POSITION = -1;

        private final Descriptor descriptor;
        private final long offset;
        private final byte[] data;

        Written(Descriptor descriptor, long offset, byte[] data) {
            this.descriptor = descriptor;
            this.offset = offset;
            this.data = data;
        }

        Descriptor descriptor() {
            return descriptor;
        }

        long offset() {
            return offset;
        }

        /** Not to be changed. */
        byte[] data() {
            return data;
        }
    }

    /** The size of a file is set. */
    record Resized(Descriptor descriptor, long bytes) implements DiskCall {}

    /** fsync or fdatasync of a file or directory. */
    record Synced(Descriptor descriptor) implements DiskCall {}

    record Renamed(Path from, Path to) implements DiskCall {}

    record Linked(Path from, Path to) implements DiskCall {}

    record Removed(Path path) implements DiskCall {}

    record DirectoryMade(Path path) implements DiskCall {}

    /** A reply that accepts messages is handed to a socket. */
    record Accepted(Set<String> ids) implements DiskCall {}
}
