package posthaste.delivery;

import java.util.Optional;
import posthaste.smtp.Reply;

/**
 * How a turned session ended.
 *
 * @param tried deliveries that were begun with the peer: the recipients of one message at one destination are one
 * @param delivered how many of them he has taken for every recipient
 * @param failure what ended it, in his words or in ours; empty where it ended in order: nothing was left, or he takes no
 *     more of one connection
 */
public record Turned(int tried, int delivered, Optional<Reply> failure) {}
