package posthaste.bench;

import java.util.ArrayList;
import java.util.List;

/**
 * Samples at equal distances, bounded: at {@value #SAMPLES_MAX} every second one goes, and from then on only every
 * second one comes in. A soak of days keeps as many as one of an hour. One thread owns it.
 */
final class Samples {
    static final int SAMPLES_MAX = 1_000;

    private final List<Sample> kept = new ArrayList<>();
    private long offered;
    private long stride = 1;

    void add(Sample sample) {
        if (offered++ % stride != 0) return;
        if (kept.size() == SAMPLES_MAX) {
            thin();
            // The place of this one: it stays where its successors will be counted from.
            if ((offered - 1) % stride != 0) return;
        }
        kept.add(sample);
    }

    private void thin() {
        List<Sample> half = new ArrayList<>();
        for (int i = 0; i < kept.size(); i += 2) half.add(kept.get(i));
        kept.clear();
        kept.addAll(half);
        stride *= 2;
    }

    List<Sample> list() {
        return List.copyOf(kept);
    }
}
