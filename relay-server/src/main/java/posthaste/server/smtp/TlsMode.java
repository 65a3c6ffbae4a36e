package posthaste.server.smtp;

import java.util.Locale;

/** When a listener speaks TLS: the setting {@code tls} of a {@code [[listener]]}. */
public enum TlsMode {
    /** Never. */
    OFF,
    /** STARTTLS is offered where there is a certificate. */
    OPTIONAL,
    /** Before STARTTLS nothing is done (RFC 3207 §4). */
    REQUIRED,
    /** From the first octet on (RFC 8314 §3.3). */
    IMPLICIT;

    /** As the setting has it. */
    public String text() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** @throws IllegalArgumentException that names the choices */
    public static TlsMode of(String text) {
        for (TlsMode each : values()) if (each.text().equals(text)) return each;
        throw new IllegalArgumentException("expected \"off\", \"optional\", \"required\" or \"implicit\"");
    }
}
