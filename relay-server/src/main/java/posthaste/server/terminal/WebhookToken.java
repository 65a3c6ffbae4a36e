package posthaste.server.terminal;

import java.util.regex.Pattern;

/** The secret that a webhook is shown (RFC 6750 §2.1). Never shown otherwise. Immutable. */
public final class WebhookToken {
    /** The b64token of RFC 6750. */
    private static final Pattern TOKEN = Pattern.compile("[A-Za-z0-9._~+/-]{1,512}=*");

    private final String secret;

    /** @throws IllegalArgumentException saying what was expected; the message does not hold the text */
    public WebhookToken(String text) {
        if (!TOKEN.matcher(text).matches()) {
            throw new IllegalArgumentException("expected 1 to 512 letters, digits or ._~+/- characters");
        }
        secret = text;
    }

    /** The value of the Authorization field that holds it. */
    String authorization() {
        return "Bearer " + secret;
    }

    @Override
    public String toString() {
        return "(secret)";
    }
}
