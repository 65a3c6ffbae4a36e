package posthaste.delivery.dns;

import java.util.Locale;
import java.util.Optional;

/** The one spelling of a domain name that is asked for and compared: lower case, no final dot (RFC 1034 §3.1). */
public final class DomainNames {
    private static final int NAME_MAX_CHARS = 253;
    private static final int LABEL_MAX_CHARS = 63;

    private DomainNames() {}

    /**
     * The name in lower case without its final dot; empty where no host can have it: an empty or overlong label, or
     * anything but letters, digits, hyphens and underscores (RFC 5321 §4.1.2; the underscore because it is in use).
     */
    public static Optional<String> normalise(String name) {
        String bare = withoutFinalDot(name);
        if (bare.isEmpty() || bare.length() > NAME_MAX_CHARS) return Optional.empty();
        int labelChars = 0;
        for (int i = 0; i < bare.length(); i++) {
            if (bare.charAt(i) == '.') {
                if (labelChars == 0) return Optional.empty();
                labelChars = 0;
            } else if (!isHostCharacter(bare.charAt(i)) || ++labelChars > LABEL_MAX_CHARS) {
                return Optional.empty();
            }
        }
        return labelChars == 0 ? Optional.empty() : Optional.of(bare.toLowerCase(Locale.ROOT));
    }

    /**
     * A name from an answer as it may be shown and compared: lower case, no final dot, every octet that is not
     * printable ASCII replaced. The result may still be no host name; {@link #normalise} tells.
     */
    static String printable(String name) {
        StringBuilder clean = new StringBuilder(name.length());
        for (char c : withoutFinalDot(name).toCharArray()) clean.append(c > ' ' && c < 0x7f ? c : '?');
        return clean.toString().toLowerCase(Locale.ROOT);
    }

    private static String withoutFinalDot(String name) {
        return name.endsWith(".") ? name.substring(0, name.length() - 1) : name;
    }

    private static boolean isHostCharacter(char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
    }
}
