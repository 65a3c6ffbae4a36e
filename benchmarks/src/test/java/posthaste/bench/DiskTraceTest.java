package posthaste.bench;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Lines as strace writes them. */
class DiskTraceTest {
    @TempDir
    Path directory;

    private List<String> read(String... lines) throws IOException, InterruptedException {
        Path trace = Files.write(directory.resolve("trace"), List.of(lines), ISO_8859_1);
        List<String> told = new ArrayList<>();
        new DiskTrace(Path.of("/live")).read(trace, new DiskTrace.Listener() {
            @Override
            public void began(int line, DiskCall call) {
                told.add(line + " began " + name(call));
            }

            @Override
            public void returned(int line, DiskCall call) {
                told.add(line + " returned " + name(call));
            }
        });
        return told;
    }

    private static String name(DiskCall call) {
        if (call instanceof DiskCall.Written written) {
            return "Written " + written.descriptor().path() + " " + written.offset() + " "
                    + new String(written.data(), ISO_8859_1).chars().boxed().toList();
        }
        return call.toString();
    }

    @Test
    void octetsAreReadWithEveryEscape() throws Exception {
        assertThat(read("7 write(5</live/a>, \"A\\n\\\"\\\\\\0\\3771\\0019\", 9) = 9"))
                .containsExactly(
                        "1 began Written /live/a -1 [65, 10, 34, 92, 0, 255, 49, 1, 57]",
                        "1 returned Written /live/a -1 [65, 10, 34, 92, 0, 255, 49, 1, 57]");
    }

    @Test
    void aCallThatAnotherInterruptsBeginsAndReturnsOnItsOwnLines() throws Exception {
        assertThat(read(
                        "7 fdatasync(5</live/a> <unfinished ...>",
                        "8 sendto(9<TCP:[1]>, \"250 2.0.0 6h1091zkr0000 queued\\r\\n\", 32, 0, NULL, 0) = 32",
                        "7 <... fdatasync resumed>)              = 0"))
                .containsExactly(
                        "1 began Synced[descriptor=Descriptor[number=5, path=/live/a]]",
                        "2 began Accepted[ids=[6h1091zkr0000]]",
                        "2 returned Accepted[ids=[6h1091zkr0000]]",
                        "3 returned Synced[descriptor=Descriptor[number=5, path=/live/a]]");
    }

    @Test
    void namesChangeWhenTheCallReturnsAndOnlyBelowTheRoot() throws Exception {
        assertThat(read(
                        "7 openat(AT_FDCWD</>, \"/live/a\", O_RDWR|O_CREAT, 0644) = 5</live/a>",
                        "7 rename(\"/live/a\", \"/live/b\") = 0",
                        "7 unlink(\"/live/b\") = 0",
                        "7 unlink(\"/live/c\") = -1 ENOENT (No such file or directory)",
                        "7 unlink(\"/elsewhere\") = 0"))
                .containsExactly(
                        "1 returned Opened[descriptor=Descriptor[number=5, path=/live/a], creates=true, truncates=false]",
                        "2 returned Renamed[from=/live/a, to=/live/b]",
                        "3 returned Removed[path=/live/b]");
    }

    @Test
    void whatTheModelDoesNotKnowEndsTheProof() {
        assertThatThrownBy(() -> read("7 pwritev(5</live/a>, [{iov_base=\"x\", iov_len=1}], 1, 0) = 1"))
                .hasMessageContaining("does not know");
        assertThatThrownBy(() -> read("7 write(5</live/a>, \"x\"..., 9) = 9")).hasMessageContaining("cut off");
        assertThatThrownBy(() -> read("7 fsync(5</live/a>) = -1 EIO (Input/output error)"))
                .hasMessageContaining("failed");
    }
}
