package posthaste.server.smtp;

import java.util.Locale;

/** What a listener makes of a CR or LF that stands alone in a message (RFC 5321 §2.3.8). */
public enum LineEnds {
    /** The message is refused. */
    STRICT,
    /** It becomes CRLF, for applications that cannot be taught better. The end of a message is CRLF.CRLF all the same. */
    NORMALIZE;

    /** As it is written in the configuration. */
    public String text() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** @throws IllegalArgumentException saying what was expected */
    public static LineEnds of(String text) {
        for (LineEnds each : values()) if (each.text().equals(text)) return each;
        throw new IllegalArgumentException("expected \"strict\" or \"normalize\"");
    }
}
