package posthaste.delivery;

import java.util.Optional;
import posthaste.smtp.Reply;

/**
 * How a turned session ended.
 *
 * @param tried deliveries that were begun with the peer: the recipients of one message at one destination are one
 * @param delivered how many of them he has taken for every recipient
 * @param failure why it ended before everything was tried, in his words or in ours; empty where nothing was left
 */
public record Turned(int tried, int delivered, Optional<Reply> failure) {}
