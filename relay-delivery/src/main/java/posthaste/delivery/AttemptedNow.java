package posthaste.delivery;

/**
 * What is tried now because somebody asked for it.
 *
 * @param destinations how many of those that match have mail; of more than some thousands a few may be counted twice
 * @param deliveries how many wait there: the recipients of one message at one destination are one delivery
 * @param more whether there are more deliveries than were counted
 */
public record AttemptedNow(int destinations, int deliveries, boolean more) {}
