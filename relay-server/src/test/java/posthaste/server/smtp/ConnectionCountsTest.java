package posthaste.server.smtp;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Who is counted with whom. */
class ConnectionCountsTest {
    private static InetAddress address(String text) {
        try {
            return InetAddress.getByName(text);
        } catch (UnknownHostException impossible) {
            throw new IllegalArgumentException(impossible);
        }
    }

    private static ConnectionCounts perNetwork(int max) {
        return new ConnectionCounts(
                Limits.guards(new LimitsConfig.Guards(max, Optional.empty(), Optional.empty(), 0, 1 << 20)));
    }

    @Test
    void anIpv6ClientIsItsWholeNetworkOf64Bits() {
        var counts = new ConnectionCounts(Limits.connections(100, 2));

        assertThat(counts.tryOpen(address("2001:db8:1:2::1"))).isTrue();
        assertThat(counts.tryOpen(address("2001:db8:1:2:ffff::9"))).isTrue();
        assertThat(counts.tryOpen(address("2001:db8:1:2:3::3"))).isFalse();
        assertThat(counts.tryOpen(address("2001:db8:1:3::1"))).isTrue();
        assertThat(counts.open()).isEqualTo(3);

        counts.close(address("2001:db8:1:2:ffff::9"));
        assertThat(counts.tryOpen(address("2001:db8:1:2:3::3"))).isTrue();
    }

    @Test
    void aNetworkIs24BitsOrThoseOf48() {
        ConnectionCounts counts = perNetwork(2);

        assertThat(counts.tryOpen(address("192.0.2.1"))).isTrue();
        assertThat(counts.tryOpen(address("192.0.2.254"))).isTrue();
        assertThat(counts.tryOpen(address("192.0.2.7"))).isFalse();
        assertThat(counts.tryOpen(address("192.0.3.7"))).isTrue();
        assertThat(counts.tryOpen(address("2001:db8:1:1::1"))).isTrue();
        assertThat(counts.tryOpen(address("2001:db8:1:2::1"))).isTrue();
        assertThat(counts.tryOpen(address("2001:db8:1:3::1"))).isFalse();
        assertThat(counts.tryOpen(address("2001:db8:2::1"))).isTrue();

        counts.close(address("192.0.2.1"));
        assertThat(counts.tryOpen(address("192.0.2.7"))).isTrue();
    }

    @Test
    void aConnectionThatMovesIsCountedOnce() {
        ConnectionCounts counts = perNetwork(1);
        counts.tryOpen(address("192.0.2.1"));

        assertThat(counts.tryMove(address("192.0.2.1"), address("198.51.100.1")))
                .isTrue();
        assertThat(counts.tryOpen(address("192.0.2.2"))).isTrue();
        assertThat(counts.tryMove(address("192.0.2.2"), address("198.51.100.2")))
                .isFalse();

        counts.close(address("198.51.100.1"));
        counts.close(address("192.0.2.2"));
        assertThat(counts.open()).isZero();
        assertThat(counts.tryOpen(address("198.51.100.9"))).isTrue();
    }
}
