package posthaste.delivery.dns;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.netty.util.NetUtil;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** The resolvers of the system: the {@code nameserver} lines of resolv.conf(5). Blocks on the file. */
final class SystemResolvers {
    static final Path FILE = Path.of("/etc/resolv.conf");
    private static final int PORT = 53;

    private SystemResolvers() {}

    /** At least one: the local host where the file names none, as resolv.conf(5) has it. */
    static List<InetSocketAddress> read(Path file) {
        try (Stream<String> lines = Files.lines(file, ISO_8859_1)) {
            List<InetSocketAddress> named =
                    lines.map(SystemResolvers::server).flatMap(Optional::stream).toList();
            if (!named.isEmpty()) return named;
        } catch (IOException unreadable) {
            // As if it named none: a machine without the file may still run a resolver.
        }
        return List.of(new InetSocketAddress(InetAddress.getLoopbackAddress(), PORT));
    }

    private static Optional<InetSocketAddress> server(String line) {
        String[] words = line.strip().split("\\s+", -1);
        if (words.length < 2 || !words[0].equals("nameserver")) return Optional.empty();
        return Optional.ofNullable(NetUtil.createInetAddressFromIpAddressString(words[1]))
                .map(address -> new InetSocketAddress(address, PORT));
    }
}
