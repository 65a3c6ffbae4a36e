/**
 * Tells the sender: delivery status notifications (RFC 3461 to 3464).
 */
@NullMarked
package posthaste.delivery.dsn;

import org.jspecify.annotations.NullMarked;
