/**
 * Speaks SMTP to one host: connections, pipelined transactions, one outcome per recipient.
 */
@NullMarked
package posthaste.delivery.client;

import org.jspecify.annotations.NullMarked;
