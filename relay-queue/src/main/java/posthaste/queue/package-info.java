/**
 * What the durable queue promises; knows no RocksDB, no socket and no event loop. {@link
 * posthaste.queue.MailQueue} takes messages from the listener and hands due deliveries to the delivery engine. The
 * states of a message on disk, every transition and what a crash leaves behind stand in {@code docs/queue.md}.
 */
@NullMarked
package posthaste.queue;

import org.jspecify.annotations.NullMarked;
