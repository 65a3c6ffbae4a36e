package posthaste.smtp;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Reads the attributes of XCLIENT and XFORWARD: {@code name=xtext}, separated by blanks. Each method is given the argument. */
final class ClientAttributeReader {
    /** Octets of a value, decoded. */
    private static final int VALUE_MAX = 255;
    /** Octets of the name of a protocol in XFORWARD. */
    private static final int PROTOCOL_MAX = 64;

    private static final int PORT_DIGITS_MAX = 5;
    private static final int PORT_MAX = 65_535;

    /** What stands for a value that nobody knows, for good or for now. */
    private static final Set<String> UNAVAILABLE = Set.of("[UNAVAILABLE]", "[TEMPUNAVAIL]");

    private ClientAttributeReader() {}

    static Command xclient(byte[] in, int from, int to) {
        return read(in, from, to, ClientAttribute.OF_XCLIENT)
                .<Command>map(Command.Xclient::new)
                .orElseGet(() -> refusal(from, to));
    }

    static Command xforward(byte[] in, int from, int to) {
        return read(in, from, to, ClientAttribute.OF_XFORWARD)
                .<Command>map(Command.Xforward::new)
                .orElseGet(() -> refusal(from, to));
    }

    private static Command refusal(int from, int to) {
        return new Command.Malformed(from == to ? Replies.ARGUMENT_NEEDED : Replies.BAD_ARGUMENT);
    }

    /** Empty where one of them is unknown, is named twice or has a value that it cannot have. */
    private static Optional<ClientAttributes> read(byte[] in, int from, int to, List<ClientAttribute> known) {
        Map<ClientAttribute, Optional<String>> said = new EnumMap<>(ClientAttribute.class);
        var cursor = new ParameterCursor();
        cursor.begin(in, from, to);
        while (cursor.next()) {
            Optional<ClientAttribute> attribute =
                    known.stream().filter(each -> cursor.isKeyword(each.name())).findFirst();
            Optional<byte[]> decoded =
                    cursor.hasValue() ? Xtext.decode(in, cursor.value(), cursor.end()) : Optional.empty();
            if (attribute.isEmpty() || decoded.isEmpty() || said.containsKey(attribute.get())) return Optional.empty();
            byte[] octets = decoded.get();
            if (!isText(attribute.get(), octets)) return Optional.empty();
            String value = new String(octets, UTF_8);
            boolean available = !UNAVAILABLE.contains(value.toUpperCase(Locale.ROOT));
            boolean strict = known == ClientAttribute.OF_XCLIENT;
            if (available && !isValid(attribute.get(), octets, value, strict)) return Optional.empty();
            String plain = strict ? plain(attribute.get(), value) : value;
            said.put(attribute.get(), available ? Optional.of(plain) : Optional.empty());
        }
        return said.isEmpty() ? Optional.empty() : Optional.of(new ClientAttributes(said));
    }

    /** The name of a user may be in UTF-8, all else is ASCII; blanks and control characters are in none. */
    private static boolean isText(ClientAttribute attribute, byte[] octets) {
        if (octets.length == 0 || octets.length > VALUE_MAX) return false;
        boolean anyText = attribute == ClientAttribute.LOGIN;
        for (byte octet : octets) {
            if (octet < 0 ? !anyText : octet <= ' ' || octet == 0x7f) return false;
        }
        return Utf8Check.isText(octets, 0, octets.length);
    }

    /** @param strict in XCLIENT: what it says decides, and is not for the log alone */
    private static boolean isValid(ClientAttribute attribute, byte[] octets, String value, boolean strict) {
        return switch (attribute) {
            case ADDR, DESTADDR -> !strict || AddressLiteral.isBare(octets, 0, octets.length);
            case PORT, DESTPORT -> isPort(octets);
            case PROTO ->
                strict
                        ? value.equalsIgnoreCase("SMTP") || value.equalsIgnoreCase("ESMTP")
                        : octets.length <= PROTOCOL_MAX;
            case SOURCE -> value.equalsIgnoreCase("LOCAL") || value.equalsIgnoreCase("REMOTE");
            case NAME, HELO, LOGIN, IDENT -> true;
        };
    }

    private static boolean isPort(byte[] octets) {
        int port = 0;
        for (byte octet : octets) {
            if (!AddressGrammar.isDigit(octet)) return false;
            port = Math.min(10 * port + octet - '0', PORT_MAX + 1);
        }
        return octets.length <= PORT_DIGITS_MAX && port <= PORT_MAX;
    }

    private static String plain(ClientAttribute attribute, String value) {
        boolean address = attribute == ClientAttribute.ADDR || attribute == ClientAttribute.DESTADDR;
        return address ? AddressLiteral.untagged(value) : value;
    }
}
