package posthaste.server.smtp;

import java.util.Locale;

/** Whether clients of a listener log in: the setting {@code auth} of a {@code [[listener]]}. */
public enum AuthMode {
    /** AUTH is not offered. */
    OFF,
    /** It is, where there are users. */
    OPTIONAL,
    /** Without it no message is taken (RFC 6409 §4.3). */
    REQUIRED;

    /** As the setting has it. */
    public String text() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** @throws IllegalArgumentException that names the choices */
    public static AuthMode of(String text) {
        for (AuthMode each : values()) if (each.text().equals(text)) return each;
        throw new IllegalArgumentException("expected \"off\", \"optional\" or \"required\"");
    }
}
