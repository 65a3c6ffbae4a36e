/**
 * Load and its judgement: a generator and a sink that are far faster than a relay, on one thread each, and the ledger in
 * which both enter what they saw, so that every message is accounted for. Plain NIO; knows no relay.
 */
@NullMarked
package posthaste.bench.load;

import org.jspecify.annotations.NullMarked;
