package posthaste.smtp;

import java.util.Optional;

/** Reads the parameters of RCPT. One instance belongs to one thread. */
final class RcptParameterReader {
    private static final String NOTIFY = "NOTIFY";
    private static final String ORIGINAL_RECIPIENT = "ORCPT";

    private static final String NEVER = "NEVER";
    private static final String SUCCESS = "SUCCESS";
    private static final String FAILURE = "FAILURE";
    private static final String DELAY = "DELAY";

    private final ParameterCursor cursor = new ParameterCursor();
    private Notify notifyOn = Notify.UNSPECIFIED;
    private Optional<String> originalRecipient = Optional.empty();

    /** The refusal, or nothing; {@code to} lies behind the last octet that is no blank. */
    Optional<Reply> read(byte[] line, int from, int to) {
        notifyOn = Notify.UNSPECIFIED;
        originalRecipient = Optional.empty();
        cursor.begin(line, from, to);
        while (cursor.next()) {
            if (!cursor.isWellFormed()) return Optional.of(Replies.BAD_PARAMETER);
            if (cursor.isKeyword(NOTIFY)) {
                if (!takeNotify()) return Optional.of(Replies.BAD_PARAMETER);
            } else if (cursor.isKeyword(ORIGINAL_RECIPIENT)) {
                if (!takeOriginalRecipient()) return Optional.of(Replies.BAD_PARAMETER);
            } else {
                return Optional.of(Replies.UNKNOWN_PARAMETER);
            }
        }
        return Optional.empty();
    }

    /** What the last {@link #read} found. */
    RcptParameters parameters() {
        boolean none = notifyOn.equals(Notify.UNSPECIFIED) && originalRecipient.isEmpty();
        return none ? RcptParameters.NONE : new RcptParameters(notifyOn, originalRecipient);
    }

    /** "NEVER" or a list of the others (RFC 3461 §4.1). */
    private boolean takeNotify() {
        boolean repeated = !notifyOn.equals(Notify.UNSPECIFIED);
        if (repeated || !cursor.hasValue()) return false;
        if (cursor.isValue(NEVER)) {
            notifyOn = new Notify(Notify.NEVER);
            return true;
        }
        int bits = 0;
        int word = cursor.value();
        while (word <= cursor.end()) {
            int wordEnd = endOfWord(word);
            int bit = bitOf(word, wordEnd);
            if (bit == 0) return false;
            bits |= bit;
            word = wordEnd + 1;
        }
        notifyOn = new Notify((byte) bits);
        return true;
    }

    private int endOfWord(int from) {
        int at = from;
        while (at < cursor.end() && cursor.in()[at] != ',') at++;
        return at;
    }

    /** 0 for a word that is none of them. */
    private int bitOf(int from, int to) {
        byte[] in = cursor.in();
        if (CommandParser.equalsIgnoringCase(in, from, to, SUCCESS)) return Notify.SUCCESS;
        if (CommandParser.equalsIgnoringCase(in, from, to, FAILURE)) return Notify.FAILURE;
        return CommandParser.equalsIgnoringCase(in, from, to, DELAY) ? Notify.DELAY : 0;
    }

    private boolean takeOriginalRecipient() {
        if (originalRecipient.isPresent()) return false;
        originalRecipient = Optional.of(cursor.valueText());
        return OriginalRecipient.isValid(cursor.in(), cursor.value(), cursor.end());
    }
}
