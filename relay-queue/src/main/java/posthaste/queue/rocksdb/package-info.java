/**
 * Keeps the promise of {@link posthaste.queue.MailQueue} on one RocksDB database. Public only through {@code
 * RocksMailQueue}. Its key families, states and transitions: {@code docs/queue.md}.
 */
@NullMarked
package posthaste.queue.rocksdb;

import org.jspecify.annotations.NullMarked;
