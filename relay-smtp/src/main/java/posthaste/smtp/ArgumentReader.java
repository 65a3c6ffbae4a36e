package posthaste.smtp;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;
import static posthaste.smtp.AddressGrammar.NONE;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Reads the commands whose argument is no path: BDAT, VRFY, EXPN, ETRN, ATRN and AUTH. Each method is given the argument. */
final class ArgumentReader {
    private static final String LAST = "LAST";
    private static final String SMTP_UTF8 = "SMTPUTF8";

    /** Digits that always fit a long; no chunk is larger by far. */
    private static final int CHUNK_DIGITS_MAX = 18;
    /** Octets of the name of a queue in ETRN. */
    private static final int QUEUE_NAME_MAX = 255;

    /** RFC 4422 §3.1. */
    private static final int MECHANISM_MAX = 20;

    private ArgumentReader() {}

    /** chunk-size [SP "LAST"] (RFC 3030 §2); without a size nobody knows where the chunk ends. */
    static Command bdat(byte[] in, int from, int to) {
        int digitsEnd = from;
        while (digitsEnd < to && AddressGrammar.isDigit(in[digitsEnd])) digitsEnd++;
        int rest = skipBlanks(in, digitsEnd, to);
        boolean last = CommandParser.equalsIgnoringCase(in, rest, to, LAST) && rest > digitsEnd;
        if (digitsEnd == from || !(last || rest == to)) return new Command.LostBdat(Replies.BDAT_SYNTAX);
        return new Command.Bdat(number(in, from, digitsEnd), last);
    }

    private static long number(byte[] in, int from, int to) {
        int first = from;
        while (first < to && in[first] == '0') first++;
        if (to - first > CHUNK_DIGITS_MAX) return Long.MAX_VALUE;
        long number = 0;
        for (int i = first; i < to; i++) number = 10 * number + in[i] - '0';
        return number;
    }

    /** String or mailbox, with or without brackets, and SMTPUTF8 behind it (RFC 5321 §4.1.1.6, RFC 6531 §3.7.4.2). */
    static Command vrfy(byte[] in, int from, int to) {
        int end = endOfName(in, from, to);
        if (end == NONE) return refuse(Replies.BAD_ARGUMENT);
        int keyword = skipBlanks(in, end, to);
        boolean smtpUtf8 = CommandParser.equalsIgnoringCase(in, keyword, to, SMTP_UTF8);
        if (keyword < to && !smtpUtf8) return refuse(Replies.UNKNOWN_ARGUMENT);
        String name = new String(in, from, end - from, UTF_8);
        boolean readable = smtpUtf8 || InternationalDomain.isAscii(name);
        return readable ? new Command.Vrfy(name, smtpUtf8) : refuse(Replies.NON_ASCII_ARGUMENT);
    }

    /** As {@link #vrfy} (RFC 5321 §4.1.1.7). */
    static Command expn(byte[] in, int from, int to) {
        Command read = vrfy(in, from, to);
        return read instanceof Command.Vrfy vrfy ? new Command.Expn(vrfy.user(), vrfy.smtpUtf8()) : read;
    }

    /** Index behind the name that begins at {@code from}, where a blank or the end follows it. */
    private static int endOfName(byte[] in, int from, int to) {
        if (from == to) return NONE;
        boolean bracketed = in[from] == '<';
        int at = AddressGrammar.endOfLocalPart(in, bracketed ? from + 1 : from, to);
        if (at != NONE && at < to && in[at] == '@') at = AddressGrammar.endOfDomainOrLiteral(in, at + 1, to);
        if (at == NONE) return NONE;
        if (bracketed) {
            if (at == to || in[at] != '>') return NONE;
            at++;
        }
        return at == to || CommandParser.isBlank(in[at]) ? at : NONE;
    }

    /** [option character] node, where the option character is "@" or "#" (RFC 1985 §5.3). */
    static Command etrn(byte[] in, int from, int to) {
        if (from == to) return refuse(Replies.ARGUMENT_NEEDED);
        if (in[from] == '#') return isQueueName(in, from + 1, to) ? node(in, from, to) : refuse(Replies.BAD_ARGUMENT);
        int domain = in[from] == '@' ? from + 1 : from;
        return isAsciiDomain(in, domain, to) ? node(in, from, to) : refuse(Replies.BAD_ARGUMENT);
    }

    private static Command node(byte[] in, int from, int to) {
        String node = text(in, from, to);
        return switch (node.charAt(0)) {
            case '@' -> new Command.Etrn(Command.Etrn.Scope.SUBDOMAINS, node.substring(1));
            case '#' -> new Command.Etrn(Command.Etrn.Scope.QUEUE, node.substring(1));
            default -> new Command.Etrn(Command.Etrn.Scope.DOMAIN, node);
        };
    }

    private static boolean isQueueName(byte[] in, int from, int to) {
        for (int i = from; i < to; i++) {
            if (in[i] <= ' ') return false;
        }
        return from < to && to - from <= QUEUE_NAME_MAX;
    }

    /** [domain *("," domain)] (RFC 2645 §5.2.1). */
    static Command atrn(byte[] in, int from, int to) {
        List<String> domains = new ArrayList<>();
        int at = from;
        while (at < to) {
            int comma = at;
            while (comma < to && in[comma] != ',') comma++;
            if (!isAsciiDomain(in, at, comma) || comma == to - 1) return refuse(Replies.BAD_ARGUMENT);
            domains.add(text(in, at, comma));
            at = comma + 1;
        }
        return new Command.Atrn(domains);
    }

    /** sasl-mech [SP initial-response] (RFC 4954 §4); what the response holds is looked at where it is used. */
    static Command auth(byte[] in, int from, int to) {
        int end = from;
        while (end < to && isMechanismOctet(in[end])) end++;
        int response = skipBlanks(in, end, to);
        boolean named = end > from && end - from <= MECHANISM_MAX && (end == to || CommandParser.isBlank(in[end]));
        if (!named) return refuse(from == to ? Replies.ARGUMENT_NEEDED : Replies.BAD_ARGUMENT);
        for (int i = response; i < to; i++) {
            if (in[i] <= ' ') return refuse(Replies.BAD_ARGUMENT);
        }
        Optional<String> initial = response == to ? Optional.empty() : Optional.of(text(in, response, to));
        return new Command.Auth(text(in, from, end).toUpperCase(Locale.ROOT), initial);
    }

    private static boolean isMechanismOctet(byte octet) {
        return AddressGrammar.isDigit(octet)
                || (octet >= 'A' && octet <= 'Z')
                || (octet >= 'a' && octet <= 'z')
                || octet == '-'
                || octet == '_';
    }

    private static boolean isAsciiDomain(byte[] in, int from, int to) {
        if (to - from > PathReader.DOMAIN_MAX || AddressGrammar.endOfDomain(in, from, to) != to) return false;
        for (int i = from; i < to; i++) {
            if (in[i] < 0) return false;
        }
        return true;
    }

    private static int skipBlanks(byte[] in, int from, int to) {
        int at = from;
        while (at < to && CommandParser.isBlank(in[at])) at++;
        return at;
    }

    private static String text(byte[] in, int from, int to) {
        return new String(in, from, to - from, US_ASCII);
    }

    private static Command refuse(Reply refusal) {
        return new Command.Malformed(refusal);
    }
}
