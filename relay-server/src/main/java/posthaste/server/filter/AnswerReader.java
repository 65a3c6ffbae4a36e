package posthaste.server.filter;

import static posthaste.server.filter.FilterFrame.LENGTH_OCTETS;

import java.util.Arrays;
import java.util.function.Consumer;
import posthaste.smtp.Replies;
import posthaste.smtp.SafeText;

/**
 * Reads a filter's answers out of octets as they arrive, and bounds what it may send. One instance belongs to one
 * connection and one thread.
 */
final class AnswerReader {
    /** Octets of an answer: what would replace a body comes in pieces of 65535. */
    static final int ANSWER_MAX = 65_536;

    private static final int TEXT_CHARS_MAX = 200;
    private static final int TERMS_OCTETS = 1 + 3 * Integer.BYTES;
    private static final byte[] NOTHING = {};

    private byte[] held = NOTHING;
    private int heldOctets;
    private boolean lost;

    /**
     * Takes octets and tells {@code sink} of each answer that is complete, in order. Nothing is told behind {@link
     * FilterAnswer.Nonsense}.
     */
    void read(byte[] in, int from, int to, Consumer<FilterAnswer> sink) {
        int at = from;
        while (at < to && !lost) {
            int wanted = heldOctets < LENGTH_OCTETS ? LENGTH_OCTETS : LENGTH_OCTETS + length();
            at += hold(in, at, Math.min(to - at, wanted - heldOctets));
            if (heldOctets < LENGTH_OCTETS) return;
            if (length() < 1 || length() > ANSWER_MAX) {
                lost = true;
                sink.accept(new FilterAnswer.Nonsense(
                        "an answer of " + Integer.toUnsignedString(length()) + " octets: it speaks no milter"));
            } else if (heldOctets == LENGTH_OCTETS + length()) {
                FilterAnswer answer = answer(held[LENGTH_OCTETS], LENGTH_OCTETS + 1, heldOctets);
                heldOctets = 0;
                lost = answer instanceof FilterAnswer.Nonsense;
                sink.accept(answer);
            }
        }
    }

    private int hold(byte[] in, int from, int octets) {
        if (heldOctets + octets > held.length) {
            held = Arrays.copyOf(held, Math.max(heldOctets + octets, Math.min(2 * held.length, ANSWER_MAX)));
        }
        System.arraycopy(in, from, held, heldOctets, octets);
        heldOctets += octets;
        return octets;
    }

    private int length() {
        return number(0);
    }

    private int number(int at) {
        int number = 0;
        for (int i = at; i < at + Integer.BYTES; i++) number = (number << 8) | (held[i] & 0xff);
        return number;
    }

    private FilterAnswer answer(byte code, int from, int to) {
        return switch (code) {
            case 'O' -> terms();
            case 'c' -> new FilterAnswer.GoOn();
            case 'a' -> new FilterAnswer.Accept();
            // What was answered 250 is never dropped, so what it would have us drop is refused.
            case 'r', 'd' -> new FilterAnswer.Refuse(Replies.CONTENT_REFUSED);
            case 't', '4', 'f' -> new FilterAnswer.Refuse(Replies.CONTENT_DEFERRED);
            case 'y' -> reply(from, to);
            case 's' -> new FilterAnswer.Skip();
            case 'p' -> new FilterAnswer.Progress();
            case 'q' -> new FilterAnswer.Quarantine(text(from, to));
            case 'h', 'i', 'm' -> new FilterAnswer.ChangeHeader();
            case '+', '2', '-', 'b', 'e' ->
                new FilterAnswer.Nonsense(
                        "it would change recipients, sender or body (" + (char) code + "), which was never agreed on");
            default -> new FilterAnswer.Nonsense("unknown answer " + SafeText.of(new byte[] {code}, 0, 1, 4));
        };
    }

    private FilterAnswer terms() {
        int version = heldOctets < LENGTH_OCTETS + TERMS_OCTETS ? 0 : number(LENGTH_OCTETS + 1);
        if (version < FilterTerms.VERSION_MIN || version > FilterTerms.VERSION_MAX) {
            return new FilterAnswer.Nonsense("it speaks no version of the protocol that we do: "
                    + Integer.toUnsignedString(version) + ", not 2 to 6");
        }
        return new FilterAnswer.Terms(version, number(LENGTH_OCTETS + 1 + 2 * Integer.BYTES));
    }

    private FilterAnswer reply(int from, int to) {
        return FilterReply.of(held, from, endOfText(from, to))
                .<FilterAnswer>map(FilterAnswer.Refuse::new)
                .orElseGet(() -> new FilterAnswer.Nonsense("no SMTP reply: " + text(from, to)));
    }

    private String text(int from, int to) {
        return SafeText.of(held, from, endOfText(from, to) - from, TEXT_CHARS_MAX);
    }

    private int endOfText(int from, int to) {
        for (int i = from; i < to; i++) if (held[i] == 0) return i;
        return to;
    }
}
