package posthaste.bench;

import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import posthaste.bench.load.MessageLedger.Account;

/**
 * What one run came to.
 *
 * @param contender who was measured
 * @param program what ran, by its own word
 * @param account what became of the messages
 * @param startNanos when the first connection was begun
 * @param failures messages that were not answered 250
 * @param firstFailure why the first of them was not
 * @param usage of the relay's processes, from the first connection until the sink had all
 * @param syncs that the relay counted in this time
 * @param syncsByDesign per message, for a relay that does not count them
 * @param heap full collections: before any mail, with the backlog, behind the restarts, and behind the run
 * @param backlogDeferred recipients of the backlog that were answered 451 in all; empty without a backlog
 * @param restarts before the load, in their order
 * @param soak what was held while the load ran
 */
record RunResult(
        Contender.Kind contender,
        String program,
        Account account,
        long startNanos,
        int failures,
        Optional<String> firstFailure,
        ProcessUsage usage,
        OptionalLong syncs,
        OptionalDouble syncsByDesign,
        Heap heap,
        OptionalLong backlogDeferred,
        List<Restart> restarts,
        Soak soak) {

    /**
     * Octets in use after a full collection; empty where it was not asked for or cannot be told.
     *
     * @param empty before any mail
     * @param backlog with the backlog in the queue
     * @param restarted with the backlog in the queue, behind the last restart
     * @param end behind the measured run
     */
    record Heap(OptionalLong empty, OptionalLong backlog, OptionalLong restarted, OptionalLong end) {
        static final Heap UNKNOWN =
                new Heap(OptionalLong.empty(), OptionalLong.empty(), OptionalLong.empty(), OptionalLong.empty());
    }

    /** Nothing was lost, duplicated or changed, and nothing was refused. */
    boolean isExact() {
        return account.isExact() && failures == 0;
    }

    private OptionalDouble rate(long untilNanos) {
        double seconds = (untilNanos - startNanos) / 1e9;
        return account.accepted() == 0 || seconds <= 0
                ? OptionalDouble.empty()
                : OptionalDouble.of(account.accepted() / seconds);
    }

    /** Messages per second from the first connection to the last 250. */
    OptionalDouble acceptedPerSecond() {
        return rate(account.lastAcceptedNanos());
    }

    /** Messages per second from the first connection until the sink had the last one. */
    OptionalDouble deliveredPerSecond() {
        return rate(account.lastArrivedNanos());
    }

    /** {@code total} divided by the accepted messages. */
    OptionalDouble perMessage(OptionalDouble total) {
        return account.accepted() == 0 || total.isEmpty()
                ? OptionalDouble.empty()
                : OptionalDouble.of(total.getAsDouble() / account.accepted());
    }

    OptionalDouble syncsPerMessage() {
        return syncs.isPresent() ? perMessage(OptionalDouble.of((double) syncs.getAsLong())) : syncsByDesign;
    }
}
