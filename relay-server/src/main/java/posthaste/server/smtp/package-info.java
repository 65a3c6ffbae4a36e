/**
 * One inbound connection: the listener, the session and its states.
 */
@NullMarked
package posthaste.server.smtp;

import org.jspecify.annotations.NullMarked;
