package posthaste.delivery.dns;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SystemResolversTest {

    @Test
    void nameserverLinesAreReadInOrder(@TempDir Path directory) throws Exception {
        Path file = Files.writeString(
                directory.resolve("resolv.conf"),
                "# nameserver 192.0.2.9\nsearch example.org\nnameserver  192.0.2.1\n\tnameserver 2001:db8::1 \nnameserver no.name\noptions edns0\n");

        assertThat(SystemResolvers.read(file).stream()
                        .map(server -> server.getAddress().getHostAddress() + " " + server.getPort()))
                .containsExactly("192.0.2.1 53", "2001:db8:0:0:0:0:0:1 53");
    }

    @Test
    void withoutTheFileTheLocalHostIsAsked(@TempDir Path directory) {
        var servers = SystemResolvers.read(directory.resolve("absent"));

        assertThat(servers).hasSize(1);
        assertThat(servers.get(0).getAddress().isLoopbackAddress()).isTrue();
        assertThat(servers.get(0).getPort()).isEqualTo(53);
    }
}
