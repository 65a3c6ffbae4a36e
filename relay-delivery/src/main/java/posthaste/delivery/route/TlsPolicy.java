package posthaste.delivery.route;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * What a connection to a host must come to before mail goes over it (RFC 3207, RFC 8314, RFC 9325).
 *
 * @param level how much is asked of it
 * @param implicit whether TLS begins with the first octet instead of STARTTLS
 * @param names one of which the certificate must have at {@link Level#VERIFIED}, in lower case; empty: the host's own.
 *     {@code .example.net} stands for every name below
 * @param pins SHA-256 of certificates or public keys, in hexadecimal and lower case, one of which the host must show;
 *     asked for besides whatever the level asks for; empty: any
 * @param minVersion the oldest version that is spoken where encryption is asked for
 */
public record TlsPolicy(Level level, boolean implicit, List<String> names, Set<String> pins, Version minVersion) {
    private static final int PIN_CHARS = 64;

    public static final TlsPolicy NONE = of(Level.NONE);
    public static final TlsPolicy OPPORTUNISTIC = of(Level.OPPORTUNISTIC);
    public static final TlsPolicy REQUIRED = of(Level.REQUIRED);
    public static final TlsPolicy VERIFIED = of(Level.VERIFIED);

    /** In the order of their strength. */
    public enum Level {
        /** Never encrypted. */
        NONE,
        /** Encrypted where the host can, whatever its certificate; else in the clear (RFC 7435). */
        OPPORTUNISTIC,
        /** Encrypted, whatever the certificate. */
        REQUIRED,
        /** Encrypted, with a certificate of an authority that is believed, for the name of the host. */
        VERIFIED
    }

    /** Of TLS. */
    public enum Version {
        TLS_1_2,
        TLS_1_3
    }

    public TlsPolicy {
        names = names.stream().map(name -> name.toLowerCase(Locale.ROOT)).toList();
        pins = Set.copyOf(pins);
        var problems = new ArrayList<String>();
        boolean strict = level.compareTo(Level.REQUIRED) >= 0;
        if (implicit && !strict) problems.add("implicit TLS needs tls = \"required\" or \"verified\"");
        if (!pins.isEmpty() && !strict) problems.add("tls-pins need tls = \"required\" or \"verified\"");
        if (!names.isEmpty() && level != Level.VERIFIED) problems.add("tls-names need tls = \"verified\"");
        if (!pins.stream().allMatch(pin -> pin.matches("[0-9a-f]{" + PIN_CHARS + "}"))) {
            problems.add("tls-pins are SHA-256 in " + PIN_CHARS + " hexadecimal digits");
        }
        if (!problems.isEmpty()) throw new IllegalArgumentException(String.join("; ", problems));
    }

    /** The level alone. */
    public static TlsPolicy of(Level level) {
        return new TlsPolicy(level, false, List.of(), Set.of(), Version.TLS_1_2);
    }

    /** Whether mail may go in the clear. */
    public boolean allowsPlain() {
        return level.compareTo(Level.REQUIRED) < 0;
    }

    /** At least verified, as REQUIRETLS asks for (RFC 8689 §4.2.1). */
    public TlsPolicy verified() {
        return level == Level.VERIFIED ? this : new TlsPolicy(Level.VERIFIED, implicit, names, pins, minVersion);
    }

    /** A word of it for logs, and to tell sites apart. */
    @Override
    public String toString() {
        var text = new StringBuilder(level.name().toLowerCase(Locale.ROOT));
        if (implicit) text.append("+implicit");
        if (!names.isEmpty()) text.append(names);
        if (!pins.isEmpty()) text.append("+pins").append(pins.stream().sorted().toList());
        if (minVersion == Version.TLS_1_3) text.append("+1.3");
        return text.toString();
    }
}
