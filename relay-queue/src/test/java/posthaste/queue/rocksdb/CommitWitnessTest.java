package posthaste.queue.rocksdb;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CommitWitnessTest {
    @TempDir
    Path directory;

    @Test
    void theLastCommitIsKnownToTheNextProcess() throws IOException {
        Path file = directory.resolve("committed");
        assertThat(CommitWitness.open(file).group()).isZero();

        CommitWitness.open(file).note(0x1234_5678_9abcL);

        assertThat(CommitWitness.open(file).group()).isEqualTo(0x1234_5678_9abcL);
        assertThat(CommitWitness.read(file)).hasValue(0x1234_5678_9abcL);
    }

    @Test
    void aDamagedWitnessKnowsNothing() throws IOException {
        Path file = directory.resolve("committed");
        for (int octet = 0; octet < Long.BYTES; octet++) {
            CommitWitness.open(file).note(1000);
            byte[] bytes = Files.readAllBytes(file);
            bytes[octet] ^= 1;
            Files.write(file, bytes);

            assertThat(CommitWitness.open(file).group()).as("octet %d", octet).isZero();
            assertThat(CommitWitness.read(file)).isEmpty();
        }
    }

    @Test
    void aMissingWitnessKnowsNothingAndIsNotMadeByReading() {
        Path file = directory.resolve("committed");

        assertThat(CommitWitness.read(file)).isEmpty();
        assertThat(file).doesNotExist();
    }
}
