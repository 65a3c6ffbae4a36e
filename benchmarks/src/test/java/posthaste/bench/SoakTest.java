package posthaste.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.DoubleUnaryOperator;
import java.util.stream.IntStream;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import posthaste.bench.report.Json;

/** Samples of a running relay: where they come from, how many are kept, and what is told of them. */
class SoakTest {
    private static final Offset<Double> EXACT = Offset.offset(1e-9);

    /** A hundred samples, one each second. */
    private static List<Sample> samples(Vital vital, DoubleUnaryOperator ofSeconds) {
        return IntStream.range(0, 100)
                .mapToObj(second -> new Sample(second, Map.of(vital, ofSeconds.applyAsDouble(second))))
                .toList();
    }

    @Test
    void aSteadyRiseIsItsSlopeAndItsGrowthBehindTheFirstQuarter() {
        Trend trend = Trend.of(samples(Vital.RESIDENT, second -> 100 + 0.5 * second), Vital.RESIDENT)
                .orElseThrow();

        assertThat(trend.perMinute()).isCloseTo(30, EXACT);
        assertThat(trend.first()).isCloseTo(106, EXACT);
        assertThat(trend.second()).isCloseTo(118.5, Offset.offset(0.5));
        assertThat(trend.last()).isCloseTo(143.5, Offset.offset(0.5));
        assertThat(trend.growthPercent().orElseThrow()).isCloseTo(21, Offset.offset(0.5));
    }

    @Test
    void whatTheJvmTakesInTheFirstQuarterIsNoGrowth() {
        Trend trend = Trend.of(samples(Vital.RESIDENT, second -> second < 20 ? 100 + second * 10 : 300), Vital.RESIDENT)
                .orElseThrow();

        assertThat(trend.first()).isLessThan(300);
        assertThat(trend.perMinute()).isCloseTo(0, EXACT);
        assertThat(trend.growthPercent().orElseThrow()).isCloseTo(0, EXACT);
    }

    @Test
    void oneSampleOfAFlushDoesNotMakeAQuarter() {
        Trend trend = Trend.of(samples(Vital.MEMTABLES, second -> second == 90 ? 1_000 : 10), Vital.MEMTABLES)
                .orElseThrow();

        assertThat(trend.last()).isEqualTo(10);
    }

    @Test
    void noTrendIsToldOfTooFewSamplesOrOfWhatIsNotThere() {
        assertThat(Trend.of(samples(Vital.RESIDENT, second -> 1), Vital.NATIVE)).isEmpty();
        assertThat(Trend.of(samples(Vital.RESIDENT, second -> 1).subList(0, 1), Vital.RESIDENT))
                .isEmpty();
    }

    @Test
    void growthFromNothingHasNoPercentage() {
        Trend trend = Trend.of(samples(Vital.ALARMS, second -> second < 75 ? 0 : 7), Vital.ALARMS)
                .orElseThrow();

        assertThat(trend.growthPercent()).isEmpty();
        assertThat(trend.last()).isEqualTo(7);
    }

    @Test
    void tableJsonAndDrawingsTellOfTheSameVitals() {
        Soak soak = new Soak(samples(Vital.RESIDENT, second -> 100 + second));

        assertThat(soak.table())
                .contains("100 samples in 99 s")
                .containsPattern("RSS +MiB +112\\.0 +187\\.0 +\\+60\\.00 +\\+36\\.");
        assertThat(Json.of(soak.toMap())).contains("\"residentMiB\": {", "\"perMinute\": 60", "\"residentMiB\": 199");
        assertThat(soak.drawings("reuse")).containsOnlyKeys("memory");
        assertThat(soak.until(Duration.ofSeconds(10)).samples()).hasSize(10);
        assertThat(Soak.NONE.drawings("reuse")).isEmpty();
    }

    @Test
    void aSoakOfDaysKeepsBoundedSamplesAtEqualDistances() {
        Samples samples = new Samples();
        for (int second = 0; second < 12 * Samples.SAMPLES_MAX; second++) {
            samples.add(new Sample(second, Map.of()));

            assertThat(samples.list().size()).isLessThanOrEqualTo(Samples.SAMPLES_MAX);
        }

        List<Double> seconds = samples.list().stream().map(Sample::seconds).toList();
        assertThat(seconds).hasSizeGreaterThan(Samples.SAMPLES_MAX / 2).startsWith(0.0, 16.0, 32.0);
        assertThat(seconds.get(seconds.size() - 1)).isEqualTo(16.0 * (seconds.size() - 1));
    }

    @Test
    void theSamplerLooksAgainAndAgainUntilItIsStopped() throws Exception {
        CountDownLatch looks = new CountDownLatch(3);
        Sampler sampler = new Sampler(Duration.ofMillis(1), () -> {
            looks.countDown();
            return Map.of(Vital.THREADS, 5.0);
        });

        assertThat(looks.await(20, TimeUnit.SECONDS)).isTrue();
        List<Sample> samples = sampler.stop();

        assertThat(samples).hasSizeGreaterThanOrEqualTo(3);
        assertThat(samples.get(2).seconds()).isGreaterThan(samples.get(0).seconds());
        assertThat(samples.get(0).values()).containsEntry(Vital.THREADS, 5.0);
    }

    @Test
    void metricsAreSummedOverTheLabelsThatAreWanted() {
        MetricsPage page = new MetricsPage(List.of(
                "# HELP posthaste_queue_synced_groups_total Group commits that ended in a sync.",
                "posthaste_queue_synced_groups_total_other 9",
                "posthaste_queue_synced_groups_total{partition=\"0\"} 1.2E4",
                "posthaste_queue_synced_groups_total{partition=\"1\"} 3.0 1700000000",
                "posthaste_queue_memtable_bytes NaN",
                "up 1"));

        assertThat(page.sum("posthaste_queue_synced_groups_total")).hasValue(12_003);
        assertThat(page.sum("posthaste_queue_synced_groups_total", labels -> labels.contains("1")))
                .hasValue(3);
        assertThat(page.sum("up")).hasValue(1);
        assertThat(page.sum("absent_total")).isEmpty();
        assertThat(page.sum("posthaste_queue_memtable_bytes"))
                .as("a gauge that could not be read is not 0")
                .isEmpty();
    }

    @Test
    void whoDoesNotAnswerHasNoMetrics() throws Exception {
        int nobody = FreePort.belowThoseOfClients();

        assertThat(nobody).isBetween(1_024, 32_767);
        assertThat(MetricsPage.of(new InetSocketAddress(InetAddress.getLoopbackAddress(), nobody)))
                .isEqualTo(MetricsPage.EMPTY);
    }

    @Test
    void theHeapBehindTheLastCollectionIsThatWithoutEden() {
        MetricsPage page = new MetricsPage(List.of(
                "jvm_memory_used_bytes{area=\"heap\",id=\"G1 Eden Space\"} 8.388608E7",
                "jvm_memory_used_bytes{area=\"heap\",id=\"G1 Survivor Space\"} 1048576",
                "jvm_memory_used_bytes{area=\"heap\",id=\"G1 Old Gen\"} 9437184",
                "jvm_memory_used_bytes{area=\"nonheap\",id=\"Metaspace\"} 77",
                "jvm_buffer_memory_used_bytes{id=\"direct\"} 2097152",
                "jvm_buffer_memory_used_bytes{id=\"mapped\"} 1"));

        Map<Vital, Double> vitals = Vital.of(new Vital.Reading(
                ProcessHoldings.of(ProcessHandle.current().pid()), page, OptionalLong.of(3 * 1024 * 1024)));

        assertThat(vitals)
                .containsEntry(Vital.HEAP_USED, 90.0)
                .containsEntry(Vital.HEAP_LIVE, 10.0)
                .containsEntry(Vital.DIRECT, 2.0)
                .containsEntry(Vital.NATIVE, 3.0)
                .doesNotContainKeys(Vital.QUEUED, Vital.ACCEPTED);
        assertThat(vitals.get(Vital.RESIDENT)).isGreaterThan(vitals.get(Vital.ANONYMOUS));
        assertThat(vitals.get(Vital.ANONYMOUS)).isGreaterThan(10);
        assertThat(vitals.get(Vital.THREADS)).isGreaterThan(3);
        assertThat(vitals.get(Vital.DESCRIPTORS)).isGreaterThan(3);
    }

    @Test
    void nativeMemoryIsTheCommittedTotal() {
        assertThat(Jcmd.committed("""
                        4711:

                        Native Memory Tracking:

                        Total: reserved=1759283KB, committed=415195KB
                               malloc: 35255KB #205014
                        """)).hasValue(415_195L * 1024);
        assertThat(Jcmd.committed("Native memory tracking is not enabled")).isEmpty();
    }
}
