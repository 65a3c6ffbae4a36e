package posthaste.smtp;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.util.Optional;
import java.util.OptionalLong;

/**
 * Reads what stands behind a path (RFC 5321 §4.1.2): {@code keyword[=value]}, separated by blanks. One instance belongs
 * to one thread.
 */
final class ParameterReader {
    /** Digits of SIZE (RFC 1870 §3). */
    private static final int SIZE_DIGITS_MAX = 20;

    private static final byte[] SIZE = "SIZE".getBytes(US_ASCII);
    private static final byte[] BODY = "BODY".getBytes(US_ASCII);
    private static final byte[] SEVEN_BIT = BodyType.SEVEN_BIT.keyword().getBytes(US_ASCII);
    private static final byte[] EIGHT_BIT_MIME =
            BodyType.EIGHT_BIT_MIME.keyword().getBytes(US_ASCII);

    private byte[] in = {};
    private int keyword;
    private int keywordEnd;
    private int value;
    private int end;

    private OptionalLong size = OptionalLong.empty();
    private Optional<BodyType> body = Optional.empty();

    /** Parameters of MAIL, or the refusal. {@code to} lies behind the last octet that is no blank. */
    Optional<Reply> readMail(byte[] line, int from, int to) {
        size = OptionalLong.empty();
        body = Optional.empty();
        begin(line, from);
        while (find(to)) {
            if (!isWellFormed()) return Optional.of(Replies.BAD_PARAMETER);
            Optional<Reply> refusal = takeMailParameter();
            if (refusal.isPresent()) return refusal;
        }
        return Optional.empty();
    }

    /** What the last {@link #readMail} found. */
    MailParameters mailParameters() {
        if (size.isEmpty() && body.isEmpty()) return MailParameters.NONE;
        return MailParameters.of(size, body.orElse(BodyType.SEVEN_BIT));
    }

    /** The refusal of whatever stands behind the path of RCPT: no parameter is known. */
    Optional<Reply> readRcpt(byte[] line, int from, int to) {
        begin(line, from);
        if (!find(to)) return Optional.empty();
        return Optional.of(isWellFormed() ? Replies.UNKNOWN_PARAMETER : Replies.BAD_PARAMETER);
    }

    private void begin(byte[] line, int from) {
        in = line;
        end = from;
    }

    private Optional<Reply> takeMailParameter() {
        if (isKeyword(SIZE)) {
            if (size.isPresent()) return Optional.of(Replies.BAD_PARAMETER);
            size = sizeValue();
            return size.isPresent() ? Optional.empty() : Optional.of(Replies.BAD_PARAMETER);
        }
        if (isKeyword(BODY)) {
            if (body.isPresent()) return Optional.of(Replies.BAD_PARAMETER);
            body = bodyValue();
            return body.isPresent() ? Optional.empty() : Optional.of(Replies.BAD_PARAMETER);
        }
        return Optional.of(Replies.UNKNOWN_PARAMETER);
    }

    private OptionalLong sizeValue() {
        int digits = end - value;
        if (digits < 1 || digits > SIZE_DIGITS_MAX) return OptionalLong.empty();
        long octets = 0;
        for (int i = value; i < end; i++) {
            int digit = in[i] - '0';
            if (digit < 0 || digit > 9) return OptionalLong.empty();
            boolean fits = octets <= (Long.MAX_VALUE - digit) / 10;
            octets = fits ? 10 * octets + digit : Long.MAX_VALUE;
        }
        return OptionalLong.of(octets);
    }

    private Optional<BodyType> bodyValue() {
        if (equalsIgnoringCase(SEVEN_BIT, value, end)) return Optional.of(BodyType.SEVEN_BIT);
        if (equalsIgnoringCase(EIGHT_BIT_MIME, value, end)) return Optional.of(BodyType.EIGHT_BIT_MIME);
        return Optional.empty();
    }

    /** Goes to the next parameter; false where none is left. */
    private boolean find(int to) {
        int at = end;
        while (at < to && CommandParser.isBlank(in[at])) at++;
        keyword = at;
        while (at < to && in[at] != '=' && !CommandParser.isBlank(in[at])) at++;
        keywordEnd = at;
        while (at < to && !CommandParser.isBlank(in[at])) at++;
        end = at;
        value = Math.min(keywordEnd + 1, end);
        return keyword < to;
    }

    /** esmtp-keyword = (ALPHA / DIGIT) *(ALPHA / DIGIT / "-"); esmtp-value = 1*(%d33-60 / %d62-126). */
    private boolean isWellFormed() {
        if (keyword == keywordEnd || in[keyword] == '-') return false;
        for (int i = keyword; i < keywordEnd; i++) {
            if (!AddressGrammar.isLetterOrDigit(in[i]) && in[i] != '-') return false;
        }
        for (int i = value; i < end; i++) {
            if (in[i] <= ' ' || in[i] == '=') return false;
        }
        return keywordEnd == end || value < end;
    }

    private boolean isKeyword(byte[] upper) {
        return equalsIgnoringCase(upper, keyword, keywordEnd);
    }

    private boolean equalsIgnoringCase(byte[] upper, int from, int to) {
        return CommandParser.equalsIgnoringCase(in, from, to, upper);
    }
}
