package posthaste.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.HashSet;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** The model must lose what a disk may lose, and nothing else. */
class TornFileTest {
    private static final int SECTOR = TornFile.SECTOR;
    private static final int SEEDS = 500;

    private final TornFile file = new TornFile();

    private static byte[] filled(int length, char with) {
        byte[] data = new byte[length];
        Arrays.fill(data, (byte) with);
        return data;
    }

    private void write(long offset, byte[] data) {
        file.returned(file.write(offset, data));
    }

    private void sync() {
        file.synced(file.coveredBySync());
    }

    @Test
    void whatWasSyncedIsAlwaysKept() {
        write(0, filled(3 * SECTOR + 7, 'a'));
        sync();
        write(3 * SECTOR + 7, filled(2 * SECTOR, 'b'));

        for (int seed = 0; seed < SEEDS; seed++) {
            assertThat(Arrays.copyOf(file.torn(new Random(seed)), 3 * SECTOR + 7))
                    .isEqualTo(filled(3 * SECTOR + 7, 'a'));
        }
    }

    @Test
    void aSectorHoldsOneOfItsStatesAndNeverAMixture() {
        write(0, filled(SECTOR, 'a'));
        sync();
        write(100, filled(10, 'b'));
        write(200, filled(10, 'c'));
        Set<String> seen = new HashSet<>();

        for (int seed = 0; seed < SEEDS; seed++) {
            byte[] torn = file.torn(new Random(seed));
            seen.add((char) torn[100] + "" + (char) torn[200]);
        }

        assertThat(seen).containsExactlyInAnyOrder("aa", "ba", "bc");
    }

    @Test
    void lateSectorsMayBeThereWithoutEarlyOnesWhichReadAsZeros() {
        write(0, filled(8 * SECTOR, 'a'));
        boolean hole = false;
        boolean nothing = false;
        boolean everything = false;

        for (int seed = 0; seed < SEEDS; seed++) {
            byte[] torn = file.torn(new Random(seed));
            hole |= torn.length == 8 * SECTOR && torn[0] == 0 && torn[7 * SECTOR] == 'a';
            nothing |= torn.length == 0;
            everything |= Arrays.equals(torn, filled(8 * SECTOR, 'a'));
        }

        assertThat(hole).isTrue();
        assertThat(nothing).isTrue();
        assertThat(everything).isTrue();
    }

    @Test
    void aSyncDoesNotCoverAWriteThatHadNotReturned() {
        TornFile.Change running = file.write(0, filled(SECTOR, 'a'));
        var covered = file.coveredBySync();
        file.returned(running);
        file.synced(covered);

        assertThat(covered).isEmpty();
        assertThat(new Random(0).ints(SEEDS).mapToObj(seed -> file.torn(new Random(seed)).length))
                .contains(0);
    }
}
