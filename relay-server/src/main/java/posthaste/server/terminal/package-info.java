/**
 * Terminals (RFC 821 §3.4): where a user takes messages at once, without a mailbox between. A terminal is a live
 * subscription that somebody holds open, or a webhook that the operator configured. An address with at least one is
 * active, and nothing that goes to a terminal is queued: it was written there, or the client is told that it was not.
 */
@NullMarked
package posthaste.server.terminal;

import org.jspecify.annotations.NullMarked;
