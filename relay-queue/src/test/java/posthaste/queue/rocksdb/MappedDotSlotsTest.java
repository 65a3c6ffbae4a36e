package posthaste.queue.rocksdb;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import posthaste.queue.DotSlots.Slot;
import posthaste.queue.MessageId;

class MappedDotSlotsTest {
    @TempDir
    Path directory;

    private MappedDotSlots open() {
        try {
            return MappedDotSlots.open(directory.resolve("in-dot"));
        } catch (IOException failure) {
            throw new AssertionError(failure);
        }
    }

    @Test
    void aClaimIsSeenByTheNextProcessUntilItIsReleased() throws IOException {
        MappedDotSlots first = open();
        Slot released = first.claim(new MessageId(1), 2, "gone.example");
        first.claim(new MessageId(77), 65_535, "mx.example.com [2001:db8::25]\r\n" + "x".repeat(100));
        released.release();
        released.release();

        MappedDotSlots second = open();
        assertThat(second.inherited()).hasSize(1);
        MappedDotSlots.Inherited claim = second.inherited().get(0);
        assertThat(claim.message()).isEqualTo(new MessageId(77));
        assertThat(claim.part()).isEqualTo(65_535);
        assertThat(claim.host()).isEqualTo("mx.example.com [2001:db8::25]??" + "x".repeat(14));
        assertThat(Files.size(directory.resolve("in-dot"))).isEqualTo(65_536 * 64);

        second.forgetInherited();
        assertThat(open().inherited()).isEmpty();
    }

    @Test
    void whenAllSlotsAreTakenDeliveryGoesOnWithBlankOnes() {
        MappedDotSlots slots = open();
        List<Slot> claims = new ArrayList<>();
        for (int i = 0; i < 65_540; i++) claims.add(slots.claim(new MessageId(i), 0, "mx"));
        assertThat(open().inherited()).hasSize(65_536);
        claims.forEach(Slot::release);
        assertThat(open().inherited()).isEmpty();
    }

    @Test
    void claimsOfManyThreadsNeverShareASlot() {
        MappedDotSlots slots = open();
        IntStream.range(0, 200_000)
                .parallel()
                .forEach(i -> slots.claim(new MessageId(i), 0, "mx").release());
        List<Slot> claims = IntStream.range(0, 60_000)
                .parallel()
                .mapToObj(i -> slots.claim(new MessageId(i), 0, "mx"))
                .toList();
        assertThat(open().inherited().stream()
                        .map(each -> each.message().value())
                        .distinct())
                .hasSize(60_000);
        claims.forEach(Slot::release);
        assertThat(open().inherited()).isEmpty();
    }
}
