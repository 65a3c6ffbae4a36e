package posthaste.smtp;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.US_ASCII;

import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/**
 * Reads one command line (RFC 5321 §4.1). Lenient where nothing depends on it (letter case, blanks at the end and behind
 * the colon), strict in paths, because they are passed on. One instance belongs to one thread.
 */
public final class CommandParser {
    private static final byte[] FROM = "FROM:".getBytes(US_ASCII);
    private static final byte[] TO = "TO:".getBytes(US_ASCII);

    /** Verbs of SMTP and its extensions that this version does not offer. */
    private static final Set<String> UNIMPLEMENTED = Set.of(
            "EXPN",
            "SEND",
            "SOML",
            "SAML",
            "TURN",
            "ETRN",
            "ATRN",
            "STARTTLS",
            "AUTH",
            "BDAT",
            "BURL",
            "XCLIENT",
            "XFORWARD");

    /** Methods of HTTP: a browser was made to talk to us, and its header or body may hold commands. */
    private static final Set<String> HTTP_METHODS =
            Set.of("GET", "HEAD", "POST", "PUT", "DELETE", "CONNECT", "OPTIONS", "TRACE", "PATCH", "PRI");

    private static final int VERB_MAX = 8;

    // The four letters of a verb in one number: see verb().
    private static final int HELO = 0x48454C4F;
    private static final int EHLO = 0x45484C4F;
    private static final int MAIL = 0x4D41494C;
    private static final int RCPT = 0x52435054;
    private static final int DATA = 0x44415441;
    private static final int RSET = 0x52534554;
    private static final int NOOP = 0x4E4F4F50;
    private static final int HELP = 0x48454C50;
    private static final int VRFY = 0x56524659;
    private static final int QUIT = 0x51554954;

    private static final Command THE_DATA = new Command.Data();
    private static final Command THE_RSET = new Command.Rset();
    private static final Command THE_NOOP = new Command.Noop();
    private static final Command THE_QUIT = new Command.Quit();
    private static final Command THE_FOREIGN = new Command.Foreign();

    private final PathReader path = new PathReader();
    private final ParameterReader parameters = new ParameterReader();

    private byte[] line = {};
    /** Where the verb begins. */
    private int from;
    /** Behind the last octet that is no blank. */
    private int to;
    /** Where the argument begins, or {@code to} where there is none. */
    private int argument;

    private boolean ascii;

    /**
     * Reads the command in {@code line[offset, offset + length)}, which excludes the CRLF. Never throws for what a
     * client sent: what cannot be read is a {@link Command.Malformed}.
     */
    public Command parse(byte[] line, int offset, int length) {
        this.line = line;
        from = offset;
        to = offset + length;
        while (to > from && isBlank(line[to - 1])) to--;
        if (!isClean()) return refuse(Replies.CONTROL_OCTET);
        int verbEnd = from;
        while (verbEnd < to && !isBlank(line[verbEnd])) verbEnd++;
        argument = skipBlanks(verbEnd);
        return verbEnd - from == Integer.BYTES ? dispatch(verb()) : other(verbEnd);
    }

    static boolean isBlank(byte octet) {
        return octet == ' ' || octet == '\t';
    }

    static boolean equalsIgnoringCase(byte[] in, int from, int to, byte[] upper) {
        return to - from == upper.length && startsWith(in, from, to, upper);
    }

    private static boolean startsWith(byte[] in, int from, int to, byte[] upper) {
        if (to - from < upper.length) return false;
        for (int i = 0; i < upper.length; i++) {
            if (upper(in[from + i]) != upper[i]) return false;
        }
        return true;
    }

    private static int upper(byte octet) {
        return octet >= 'a' && octet <= 'z' ? octet - 0x20 : octet;
    }

    /** No control octets beside tabs; remembers whether the line is ASCII. */
    private boolean isClean() {
        int all = 0;
        for (int i = from; i < to; i++) {
            byte octet = line[i];
            if ((octet >= 0 && octet < ' ' && octet != '\t') || octet == 0x7f) return false;
            all |= octet;
        }
        ascii = all >= 0;
        return true;
    }

    private int skipBlanks(int start) {
        int at = start;
        while (at < to && isBlank(line[at])) at++;
        return at;
    }

    private int verb() {
        int verb = 0;
        for (int i = from; i < from + Integer.BYTES; i++) verb = verb << Byte.SIZE | (upper(line[i]) & 0xff);
        return verb;
    }

    private Command dispatch(int verb) {
        return switch (verb) {
            case HELO -> isHelloName() ? new Command.Helo(argumentText()) : refuse(Replies.DOMAIN_NEEDED);
            case EHLO -> isHelloName() ? new Command.Ehlo(argumentText()) : refuse(Replies.DOMAIN_NEEDED);
            case MAIL -> mail();
            case RCPT -> rcpt();
            case DATA -> withoutArgument(THE_DATA);
            case RSET -> withoutArgument(THE_RSET);
            case NOOP -> THE_NOOP;
            case HELP -> help();
            case VRFY -> vrfy();
            case QUIT -> withoutArgument(THE_QUIT);
            default -> other(from + Integer.BYTES);
        };
    }

    private Command other(int verbEnd) {
        if (verbEnd - from > VERB_MAX) return refuse(Replies.UNKNOWN_COMMAND);
        String verb = text(from, verbEnd).toUpperCase(Locale.ROOT);
        if (HTTP_METHODS.contains(verb)) return THE_FOREIGN;
        return UNIMPLEMENTED.contains(verb) ? new Command.Unimplemented(verb) : refuse(Replies.UNKNOWN_COMMAND);
    }

    private boolean isHelloName() {
        if (to - argument > PathReader.DOMAIN_MAX) return false;
        return AddressGrammar.isHelloName(line, argument, to) || AddressLiteral.isLenient(line, argument, to);
    }

    private Command mail() {
        if (!startsWith(line, argument, to, FROM)) return refuse(Replies.MAIL_SYNTAX);
        PathReader.Kind kind = path.read(line, skipBlanks(argument + FROM.length), to);
        if (kind == PathReader.Kind.TOO_LONG) return refuse(Replies.SENDER_TOO_LONG);
        boolean usable = kind == PathReader.Kind.MAILBOX || kind == PathReader.Kind.NULL;
        if (!usable || !endsPath()) return refuse(ascii ? Replies.BAD_SENDER : Replies.NON_ASCII_SENDER);
        Optional<Reply> refusal = parameters.readMail(line, path.end(), to);
        if (refusal.isPresent()) return refuse(refusal.get());
        ReversePath reversePath = kind == PathReader.Kind.NULL ? ReversePath.NULL : new ReversePath(path.mailbox());
        return new Command.Mail(MailVerb.MAIL, reversePath, parameters.mailParameters());
    }

    private Command rcpt() {
        if (!startsWith(line, argument, to, TO)) return refuse(Replies.RCPT_SYNTAX);
        PathReader.Kind kind = path.read(line, skipBlanks(argument + TO.length), to);
        if (kind == PathReader.Kind.TOO_LONG) return refuse(Replies.RECIPIENT_TOO_LONG);
        boolean usable = kind == PathReader.Kind.MAILBOX || kind == PathReader.Kind.LOCAL_PART_ONLY;
        if (!usable || !endsPath()) return refuse(ascii ? Replies.BAD_RECIPIENT : Replies.NON_ASCII_RECIPIENT);
        boolean bare = kind == PathReader.Kind.LOCAL_PART_ONLY;
        if (bare && !path.isPostmaster()) return refuse(Replies.DOMAIN_MISSING);
        Optional<Reply> refusal = parameters.readRcpt(line, path.end(), to);
        if (refusal.isPresent()) return refuse(refusal.get());
        return new Command.Rcpt(bare ? ForwardPath.POSTMASTER : new ForwardPath(path.mailbox()), RcptParameters.NONE);
    }

    /** Only a blank may part a path from its parameters. */
    private boolean endsPath() {
        return path.end() == to || isBlank(line[path.end()]);
    }

    private Command withoutArgument(Command command) {
        return argument == to ? command : refuse(Replies.NO_ARGUMENT_ALLOWED);
    }

    private Command help() {
        if (argument == to) return new Command.Help(Optional.empty());
        return isPrintable() ? new Command.Help(Optional.of(argumentText())) : refuse(Replies.CONTROL_OCTET);
    }

    /** A string or an address; what follows behind a blank would be a parameter, and none is known. */
    private Command vrfy() {
        if (argument == to) return refuse(Replies.ARGUMENT_NEEDED);
        if (!isPrintable()) return refuse(Replies.CONTROL_OCTET);
        boolean quoted = false;
        for (int i = argument; i < to; i++) {
            if (line[i] == '"') quoted = !quoted;
            if (line[i] == ' ' && !quoted) return refuse(Replies.UNKNOWN_ARGUMENT);
        }
        return quoted ? refuse(Replies.BAD_ARGUMENT) : new Command.Vrfy(argumentText(), false);
    }

    private boolean isPrintable() {
        for (int i = argument; i < to; i++) {
            if (line[i] < ' ') return false;
        }
        return true;
    }

    private String argumentText() {
        return text(argument, to);
    }

    private String text(int start, int end) {
        return new String(line, start, end - start, ISO_8859_1);
    }

    private static Command refuse(Reply refusal) {
        return new Command.Malformed(refusal);
    }
}
