/**
 * The language of SMTP, spoken by both sides: bytes in, values out. Nothing here does I/O, reads a clock or owns a
 * thread, so the whole protocol is tested without a socket.
 */
@NullMarked
package posthaste.smtp;

import org.jspecify.annotations.NullMarked;
