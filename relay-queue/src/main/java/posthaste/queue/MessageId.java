package posthaste.queue;

import java.util.Optional;

/**
 * Identifies a message for as long as anything is known of it: 42 bits of milliseconds since 1970 and 22 bits of
 * counter, so ids are unique and sort by acceptance. Its text form is 13 characters of Crockford's base 32 in lower
 * case, which sort like the ids; it stands in the 250, the Received field, events, logs and the API.
 *
 * @param value never negative
 */
public record MessageId(long value) implements Comparable<MessageId> {
    public static final int COUNTER_BITS = 22;
    private static final int TEXT_LENGTH = 13;
    private static final char[] DIGITS = "0123456789abcdefghjkmnpqrstvwxyz".toCharArray();

    public MessageId {
        if (value < 0) throw new IllegalArgumentException("negative message id: " + value);
    }

    /** The first id of the millisecond {@code epochMillis}. */
    public static MessageId floorOf(long epochMillis) {
        return new MessageId(epochMillis << COUNTER_BITS);
    }

    /** Reads the text form; empty for anything else. */
    public static Optional<MessageId> parse(String text) {
        if (text.length() != TEXT_LENGTH) return Optional.empty();
        long value = 0;
        for (int i = 0; i < TEXT_LENGTH; i++) {
            int digit = digitOf(text.charAt(i));
            if (digit < 0 || (i == 0 && digit > 7)) return Optional.empty();
            value = value << 5 | digit;
        }
        return Optional.of(new MessageId(value));
    }

    private static int digitOf(char c) {
        char lower = c >= 'A' && c <= 'Z' ? (char) (c + 32) : c;
        for (int digit = 0; digit < DIGITS.length; digit++) if (DIGITS[digit] == lower) return digit;
        return -1;
    }

    /** When the id was given, milliseconds since 1970 by the queue's clock. */
    public long epochMillis() {
        return value >>> COUNTER_BITS;
    }

    @Override
    public int compareTo(MessageId other) {
        return Long.compare(value, other.value);
    }

    @Override
    public String toString() {
        char[] text = new char[TEXT_LENGTH];
        long rest = value;
        for (int i = TEXT_LENGTH - 1; i >= 0; i--) {
            text[i] = DIGITS[(int) (rest & 31)];
            rest >>>= 5;
        }
        return new String(text);
    }
}
