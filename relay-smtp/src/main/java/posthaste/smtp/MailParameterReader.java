package posthaste.smtp;

import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;

/**
 * Reads the parameters of MAIL and its kin. What a limit of the configuration or the rights of a client decide is left
 * to the session. One instance belongs to one thread.
 */
final class MailParameterReader {
    /** Digits of SIZE (RFC 1870 §3). */
    private static final int SIZE_DIGITS_MAX = 20;
    /** Octets of ENVID as written (RFC 3461 §4.4). */
    private static final int ENVELOPE_ID_MAX = 100;
    /** Octets of AUTH as written (RFC 4954 §5). */
    private static final int SUBMITTER_MAX = 500;

    private static final String SEVEN_BIT = BodyType.SEVEN_BIT.keyword();
    private static final String EIGHT_BIT_MIME = BodyType.EIGHT_BIT_MIME.keyword();
    private static final String BINARY_MIME = BodyType.BINARY_MIME.keyword();
    private static final String FULL = "FULL";
    private static final String HEADERS = "HDRS";
    private static final String NOBODY = "<>";

    /** The frequent ones first. Two of one group exclude each other. */
    private enum Keyword {
        SIZE("SIZE", 0),
        BODY("BODY", 1),
        SMTP_UTF8("SMTPUTF8", 2),
        RETURN_CONTENT("RET", 3),
        ENVELOPE_ID("ENVID", 4),
        SUBMITTER("AUTH", 5),
        DELIVER_BY("BY", 6),
        HOLD_FOR("HOLDFOR", 7),
        HOLD_UNTIL("HOLDUNTIL", 7),
        PRIORITY("MT-PRIORITY", 8),
        REQUIRE_TLS("REQUIRETLS", 9);

        private static final Keyword[] ALL = values();

        private final String text;
        private final int group;

        Keyword(String text, int group) {
            this.text = text;
            this.group = group;
        }
    }

    private final ParameterCursor cursor = new ParameterCursor();

    /** One bit per group. */
    private int seen;

    private OptionalLong size = OptionalLong.empty();
    private BodyType body = BodyType.SEVEN_BIT;
    private boolean smtpUtf8;
    private ReturnContent returnContent = ReturnContent.UNSPECIFIED;
    private Optional<String> envelopeId = Optional.empty();
    private Optional<String> submitter = Optional.empty();
    private boolean asciiSubmitter;
    private Optional<DeliverBy> deliverBy = Optional.empty();
    private Optional<FutureRelease> futureRelease = Optional.empty();
    private OptionalInt priority = OptionalInt.empty();
    private boolean requireTls;

    /** The refusal, or nothing; {@code to} lies behind the last octet that is no blank. */
    Optional<Reply> read(byte[] line, int from, int to) {
        clear();
        cursor.begin(line, from, to);
        while (cursor.next()) {
            if (!cursor.isWellFormed()) return Optional.of(Replies.BAD_PARAMETER);
            Optional<Reply> refusal = take();
            if (refusal.isPresent()) return refusal;
        }
        boolean readable = asciiSubmitter || smtpUtf8;
        return readable ? Optional.empty() : Optional.of(Replies.NON_ASCII_SENDER);
    }

    boolean smtpUtf8() {
        return smtpUtf8;
    }

    /** What the last {@link #read} found. */
    MailParameters parameters() {
        if (seen == 0) return MailParameters.NONE;
        if ((seen & ~(bit(Keyword.SIZE) | bit(Keyword.BODY))) == 0) return MailParameters.of(size, body);
        return new MailParameters(
                size,
                body,
                smtpUtf8,
                returnContent,
                envelopeId,
                submitter,
                deliverBy,
                futureRelease,
                priority,
                requireTls);
    }

    private void clear() {
        asciiSubmitter = true;
        smtpUtf8 = false;
        if (seen == 0) return;
        seen = 0;
        size = OptionalLong.empty();
        body = BodyType.SEVEN_BIT;
        returnContent = ReturnContent.UNSPECIFIED;
        envelopeId = Optional.empty();
        submitter = Optional.empty();
        deliverBy = Optional.empty();
        futureRelease = Optional.empty();
        priority = OptionalInt.empty();
        requireTls = false;
    }

    private static int bit(Keyword keyword) {
        return 1 << keyword.group;
    }

    private Optional<Reply> take() {
        for (Keyword keyword : Keyword.ALL) {
            if (!cursor.isKeyword(keyword.text)) continue;
            boolean repeated = (seen & bit(keyword)) != 0;
            seen |= bit(keyword);
            return !repeated && takeValue(keyword) ? Optional.empty() : Optional.of(Replies.BAD_PARAMETER);
        }
        return Optional.of(Replies.UNKNOWN_PARAMETER);
    }

    private boolean takeValue(Keyword keyword) {
        return switch (keyword) {
            case SIZE -> takeSize();
            case BODY -> takeBody();
            case SMTP_UTF8 -> takeSmtpUtf8();
            case RETURN_CONTENT -> takeReturnContent();
            case ENVELOPE_ID -> takeEnvelopeId();
            case SUBMITTER -> takeSubmitter();
            case DELIVER_BY -> takeDeliverBy();
            case HOLD_FOR -> takeFutureRelease(TimeValues.holdFor(cursor));
            case HOLD_UNTIL -> takeFutureRelease(TimeValues.holdUntil(cursor));
            case PRIORITY -> takePriority();
            case REQUIRE_TLS -> takeRequireTls();
        };
    }

    private boolean takeSize() {
        size = sizeValue();
        return size.isPresent();
    }

    private OptionalLong sizeValue() {
        int digits = cursor.valueOctets();
        if (digits < 1 || digits > SIZE_DIGITS_MAX) return OptionalLong.empty();
        byte[] in = cursor.in();
        long octets = 0;
        for (int i = cursor.value(); i < cursor.end(); i++) {
            int digit = in[i] - '0';
            if (digit < 0 || digit > 9) return OptionalLong.empty();
            boolean fits = octets <= (Long.MAX_VALUE - digit) / 10;
            octets = fits ? 10 * octets + digit : Long.MAX_VALUE;
        }
        return OptionalLong.of(octets);
    }

    private boolean takeBody() {
        if (cursor.isValue(EIGHT_BIT_MIME)) {
            body = BodyType.EIGHT_BIT_MIME;
        } else if (cursor.isValue(BINARY_MIME)) {
            body = BodyType.BINARY_MIME;
        } else {
            return cursor.isValue(SEVEN_BIT);
        }
        return true;
    }

    private boolean takeSmtpUtf8() {
        smtpUtf8 = !cursor.hasValue();
        return smtpUtf8;
    }

    private boolean takeReturnContent() {
        boolean full = cursor.isValue(FULL);
        returnContent = full ? ReturnContent.FULL : ReturnContent.HEADERS;
        return full || cursor.isValue(HEADERS);
    }

    private boolean takeEnvelopeId() {
        if (!cursor.hasValue() || cursor.valueOctets() > ENVELOPE_ID_MAX) return false;
        envelopeId = Optional.of(cursor.valueText());
        return Xtext.isPrintable(cursor.in(), cursor.value(), cursor.end());
    }

    /** {@code <>} or a mailbox in xtext. */
    private boolean takeSubmitter() {
        if (cursor.valueOctets() > SUBMITTER_MAX) return false;
        submitter = Optional.of(cursor.valueText());
        if (cursor.isValue(NOBODY)) return true;
        Optional<byte[]> mailbox = Xtext.decode(cursor.in(), cursor.value(), cursor.end());
        if (mailbox.isEmpty()) return false;
        byte[] octets = mailbox.get();
        asciiSubmitter = isAscii(octets);
        boolean text = asciiSubmitter || Utf8Check.isText(octets, 0, octets.length);
        return text && PathReader.isMailbox(octets, 0, octets.length);
    }

    private static boolean isAscii(byte[] octets) {
        int all = 0;
        for (byte octet : octets) all |= octet;
        return all >= 0;
    }

    private boolean takeDeliverBy() {
        deliverBy = TimeValues.deliverBy(cursor);
        return deliverBy.isPresent();
    }

    private boolean takeFutureRelease(Optional<FutureRelease> value) {
        futureRelease = value;
        return value.isPresent();
    }

    private boolean takeRequireTls() {
        requireTls = !cursor.hasValue();
        return requireTls;
    }

    private boolean takePriority() {
        priority = priorityValue();
        return priority.isPresent();
    }

    /** priority-value = (["-"] NZDIGIT) / "0" (RFC 6710 §7). */
    private OptionalInt priorityValue() {
        byte[] in = cursor.in();
        int at = cursor.value();
        boolean negative = cursor.valueOctets() == 2 && in[at] == '-';
        if (cursor.valueOctets() != (negative ? 2 : 1)) return OptionalInt.empty();
        int digit = in[cursor.end() - 1] - '0';
        if (digit < (negative ? 1 : 0) || digit > MailParameters.PRIORITY_MAX) return OptionalInt.empty();
        return OptionalInt.of(negative ? -digit : digit);
    }
}
