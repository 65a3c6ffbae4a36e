package posthaste.smtp;

import java.util.Optional;

/**
 * An enhanced mail system status code, {@code class.subject.detail} (RFC 3463 §2, RFC 2034).
 *
 * @param statusClass 2 (success), 4 (persistent transient) or 5 (permanent)
 * @param subject 0 to 999
 * @param detail 0 to 999
 */
public record EnhancedStatus(int statusClass, int subject, int detail) {

    public EnhancedStatus {
        if (statusClass != 2 && statusClass != 4 && statusClass != 5) {
            throw new IllegalArgumentException("not a status class: " + statusClass);
        }
        if (subject < 0 || subject > 999) throw new IllegalArgumentException("not a subject: " + subject);
        if (detail < 0 || detail > 999) throw new IllegalArgumentException("not a detail: " + detail);
    }

    /** Reads {@code 5.1.1}; empty for anything else. */
    public static Optional<EnhancedStatus> parse(String text) {
        int end = lengthAtStartOf(text);
        return end > 0 && end == text.length() ? Optional.of(read(text)) : Optional.empty();
    }

    /**
     * The number of characters of the code that {@code text} begins with, up to its end or a blank; 0 when it begins
     * with none.
     */
    static int lengthAtStartOf(String text) {
        if (text.length() < 5 || "245".indexOf(text.charAt(0)) < 0 || text.charAt(1) != '.') return 0;
        int subjectEnd = digitsFrom(text, 2);
        if (subjectEnd == 2 || subjectEnd >= text.length() || text.charAt(subjectEnd) != '.') return 0;
        int end = digitsFrom(text, subjectEnd + 1);
        if (end == subjectEnd + 1) return 0;
        return end == text.length() || text.charAt(end) == ' ' ? end : 0;
    }

    /** Reads the code that {@code text} begins with, as {@link #lengthAtStartOf} found it. */
    static EnhancedStatus read(String text) {
        int subjectEnd = digitsFrom(text, 2);
        int end = digitsFrom(text, subjectEnd + 1);
        return new EnhancedStatus(
                text.charAt(0) - '0',
                Integer.parseInt(text.substring(2, subjectEnd)),
                Integer.parseInt(text.substring(subjectEnd + 1, end)));
    }

    private static int digitsFrom(String text, int from) {
        int at = from;
        while (at < text.length() && at < from + 3 && text.charAt(at) >= '0' && text.charAt(at) <= '9') at++;
        return at;
    }

    @Override
    public String toString() {
        return statusClass + "." + subject + "." + detail;
    }
}
