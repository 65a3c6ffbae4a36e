package posthaste.delivery.route;

import java.net.InetAddress;
import java.util.Optional;

/**
 * Where connections come from.
 *
 * @param address local one; empty: the system chooses
 * @param name in EHLO, which should be that of the address (RFC 5321 §4.1.4)
 */
public record Source(Optional<InetAddress> address, String name) {}
