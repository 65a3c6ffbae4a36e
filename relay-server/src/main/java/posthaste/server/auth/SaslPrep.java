package posthaste.server.auth;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.text.Normalizer;
import java.util.Optional;

/**
 * Names and passwords in the one form in which they are compared (RFC 4013), as far as the JDK knows the tables of
 * Unicode: mapped, normalised by NFKC, and refused where they hold what nobody can type or see. Two things of the RFC are
 * not done: characters that Unicode 3.2 had not assigned yet are taken, since passwords of today may have them, and text
 * that mixes directions is taken as it is. Neither makes two clients of one password differ.
 */
public final class SaslPrep {
    /** Octets of a user's name, in UTF-8. */
    public static final int NAME_MAX = 255;
    /** Octets of a password, in UTF-8. */
    public static final int PASSWORD_MAX = 1024;

    private SaslPrep() {}

    /** A name as users are known by it; empty where nobody can have it. */
    public static Optional<String> name(String text) {
        return bounded(text, NAME_MAX);
    }

    /** A password as it is checked; empty where nobody can have it. */
    public static Optional<String> password(String text) {
        return bounded(text, PASSWORD_MAX);
    }

    private static Optional<String> bounded(String text, int octetsMax) {
        if (text.length() > octetsMax) return Optional.empty();
        return of(text).filter(prepared -> prepared.getBytes(UTF_8).length <= octetsMax);
    }

    /** @return empty where it is empty, or holds what RFC 4013 §2.3 prohibits */
    static Optional<String> of(String text) {
        if (isPlain(text)) return text.isEmpty() ? Optional.empty() : Optional.of(text);
        var mapped = new StringBuilder(text.length());
        text.codePoints()
                .filter(c -> !isMappedToNothing(c))
                .map(c -> isSpace(c) ? ' ' : c)
                .forEach(mapped::appendCodePoint);
        String normalized = Normalizer.normalize(mapped, Normalizer.Form.NFKC);
        boolean clean = !normalized.isEmpty() && normalized.codePoints().noneMatch(SaslPrep::isProhibited);
        return clean ? Optional.of(normalized) : Optional.empty();
    }

    /** ASCII that can be seen, and spaces: it is its own form. */
    private static boolean isPlain(String text) {
        for (int i = 0; i < text.length(); i++) if (text.charAt(i) < ' ' || text.charAt(i) > '~') return false;
        return true;
    }

    /** RFC 3454 table B.1. */
    private static boolean isMappedToNothing(int c) {
        return c == 0xad
                || c == 0x34f
                || c == 0x1806
                || (c >= 0x180b && c <= 0x180d)
                || (c >= 0x200b && c <= 0x200d)
                || c == 0x2060
                || (c >= 0xfe00 && c <= 0xfe0f)
                || c == 0xfeff;
    }

    /** RFC 3454 table C.1.2. */
    private static boolean isSpace(int c) {
        return c != ' ' && Character.getType(c) == Character.SPACE_SEPARATOR;
    }

    /** RFC 3454 tables C.2 to C.9. */
    private static boolean isProhibited(int c) {
        return switch (Character.getType(c)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR,
                    Character.PRIVATE_USE,
                    Character.SURROGATE -> true;
            default ->
                isNoCharacter(c)
                        || (c >= 0xfff9 && c <= 0xfffd)
                        || (c >= 0x2ff0 && c <= 0x2ffb)
                        || c == 0x340
                        || c == 0x341;
        };
    }

    private static boolean isNoCharacter(int c) {
        return (c & 0xfffe) == 0xfffe || (c >= 0xfdd0 && c <= 0xfdef);
    }
}
