package posthaste.delivery.route;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class NetworkTest {

    @ParameterizedTest
    @CsvSource({
        "127.0.0.0/8, 127.255.255.255, true",
        "127.0.0.0/8, 128.0.0.0, false",
        "10.20.30.40/13, 10.23.255.255, true",
        "10.20.30.40/13, 10.24.0.0, false",
        "0.0.0.0/0, 203.0.113.9, true",
        "192.0.2.1, 192.0.2.1, true",
        "192.0.2.1, 192.0.2.2, false",
        "fe80::/10, febf::1, true",
        "fe80::/10, fec0::1, false",
        "::1/128, ::1, true",
        "::/0, 192.0.2.1, false",
        "::ffff:127.0.0.0/104, 127.0.0.1, true",
        "127.0.0.0/8, ::ffff:127.0.0.1, true"
    })
    void anAddressIsInsideOrOutside(String network, String address, boolean inside) throws Exception {
        assertThat(Network.parse(network).contains(InetAddress.getByName(address)))
                .isEqualTo(inside);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "localhost",
                "localhost/8",
                "10.0.0.0/33",
                "10.0.0.0/",
                "10.0.0.0/-1",
                "10.0.0/8",
                "::/129",
                "::ffff:10.0.0.0/95",
                "[::1]/128",
                "fe80::1%eth0/10",
                "10.0.0.0/8 "
            })
    void whatIsNoNetworkIsAnError(String text) {
        assertThatThrownBy(() -> Network.parse(text)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void aNameIsNeverResolved() {
        assertThat(IpLiteral.parse("localhost")).isEmpty();
        assertThat(IpLiteral.parse("1")).isEmpty();
        assertThat(IpLiteral.parse("0x7f000001")).isEmpty();
        assertThat(IpLiteral.parse("127.1")).isEmpty();
    }
}
