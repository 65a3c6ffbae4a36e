package posthaste.queue;

/**
 * One thing that happened to a message; written in the batch of the change it tells of.
 *
 * @param sequence position in the log, growing, gaps possible
 * @param atMillis milliseconds since 1970 by the queue's clock
 * @param kind what happened
 * @param message to which message
 * @param recipient the mailbox it concerns; empty when it concerns the whole message. For ACCEPTED the reverse-path.
 * @param destination the destination it concerns; empty when it concerns the whole message
 * @param attempts attempts charged so far
 * @param host the remote host, name and address; empty where none was involved
 * @param detail the reply in one line, or our own reason
 * @param nextDueMillis the next attempt; 0 where there is none
 */
public record QueueEvent(
        long sequence,
        long atMillis,
        Kind kind,
        MessageId message,
        String recipient,
        String destination,
        int attempts,
        String host,
        String detail,
        long nextDueMillis) {

    public enum Kind {
        ACCEPTED(1),
        DELIVERED(2),
        DEFERRED(3),
        BOUNCED(4),
        EXPIRED(5),
        /** The reply to the final dot was lost: the host may have the message (RFC 1047). */
        AMBIGUOUS(6),
        DELAYED(7),
        HELD(8),
        RELEASED(9),
        DROPPED(10),
        REPORTED(11);

        private final byte code;

        Kind(int code) {
            this.code = (byte) code;
        }

        /** The byte that stands for the kind on disk; never reused. */
        public byte code() {
            return code;
        }

        /** @throws QueueException.Corrupt for a byte that stands for no kind */
        public static Kind ofCode(byte code) {
            for (Kind kind : values()) if (kind.code == code) return kind;
            throw new QueueException.Corrupt("event kind " + code);
        }
    }
}
