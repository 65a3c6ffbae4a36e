/** TLS of the listeners: certificates, handshakes, and what a handshake proved. */
@NullMarked
package posthaste.server.tls;

import org.jspecify.annotations.NullMarked;
