package posthaste.queue;

/**
 * A message the queue answers for.
 *
 * @param id its identity
 * @param envelope as accepted
 * @param bodyBytes octets of content, in wire form (CRLF line ends, no dot-stuffing), trace field included
 * @param chunks how many body chunks hold the content; 0 only for an empty content
 */
public record QueuedMessage(MessageId id, Envelope envelope, long bodyBytes, int chunks) {}
