/**
 * From a destination to the hosts that take its mail (RFC 5321 section 5).
 */
@NullMarked
package posthaste.delivery.route;

import org.jspecify.annotations.NullMarked;
