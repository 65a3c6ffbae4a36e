package posthaste.queue.rocksdb;

/** What a message needs on its way in. */
record Intake(Committer committer, BodyMemory memory, BodyReads reads, QueueClock clock, int chunkBytes) {

    Receiving receiving() {
        return committer.receiving();
    }
}
