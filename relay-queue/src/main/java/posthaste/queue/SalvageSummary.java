package posthaste.queue;

/**
 * What a salvage came to.
 *
 * @param recovered messages in the new queue
 * @param begunAnew those of them of which a delivery lost its attempts and due time, and is tried from the start
 * @param missing messages that are damaged or gone, as far as anything tells of them
 * @param commitsMissing commits that were answered and of which nothing was found: each held at least one change
 * @param eventsMissing numbers between the first and the last event that stand for none
 */
public record SalvageSummary(long recovered, long begunAnew, long missing, long commitsMissing, long eventsMissing) {

    /** Whether nothing that was acknowledged is known or suspected to be missing. */
    public boolean complete() {
        return missing == 0 && commitsMissing == 0 && eventsMissing == 0;
    }
}
