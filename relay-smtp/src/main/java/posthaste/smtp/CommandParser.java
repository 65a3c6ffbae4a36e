package posthaste.smtp;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/**
 * Reads one command line (RFC 5321 §4.1). Lenient where nothing depends on it (letter case, blanks at the end and behind
 * the colon), strict in paths, because they are passed on. One instance belongs to one thread.
 */
public final class CommandParser {
    private static final String FROM = "FROM:";
    private static final String TO = "TO:";

    /** Verbs of SMTP and its extensions that this version does not offer. */
    private static final Set<String> UNIMPLEMENTED = Set.of("BURL");

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
    private static final int BDAT = 0x42444154;
    private static final int SEND = 0x53454E44;
    private static final int SOML = 0x534F4D4C;
    private static final int SAML = 0x53414D4C;
    private static final int EXPN = 0x4558504E;
    private static final int ETRN = 0x4554524E;
    private static final int TURN = 0x5455524E;
    private static final int ATRN = 0x4154524E;
    private static final int AUTH = 0x41555448;
    private static final String STARTTLS = "STARTTLS";
    private static final String XCLIENT = "XCLIENT";
    private static final String XFORWARD = "XFORWARD";

    private static final Command THE_DATA = new Command.Data();
    private static final Command THE_RSET = new Command.Rset();
    private static final Command THE_NOOP = new Command.Noop();
    private static final Command THE_QUIT = new Command.Quit();
    private static final Command THE_TURN = new Command.Turn();
    private static final Command THE_STARTTLS = new Command.StartTls();
    /** A chunk follows whatever is wrong with the line. */
    private static final Command LOST_BDAT = new Command.LostBdat(Replies.CONTROL_OCTET);

    private static final Command THE_FOREIGN = new Command.Foreign();

    private final PathReader path = new PathReader();
    private final MailParameterReader mailParameters = new MailParameterReader();
    private final RcptParameterReader rcptParameters = new RcptParameterReader();

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
        int verbEnd = from;
        while (verbEnd < to && !isBlank(line[verbEnd])) verbEnd++;
        argument = skipBlanks(verbEnd);
        boolean four = verbEnd - from == Integer.BYTES;
        if (!isClean()) return four && verb() == BDAT ? LOST_BDAT : refuse(Replies.CONTROL_OCTET);
        return four ? dispatch(verb()) : other(verbEnd);
    }

    static boolean isBlank(byte octet) {
        return octet == ' ' || octet == '\t';
    }

    static boolean equalsIgnoringCase(byte[] in, int from, int to, String upper) {
        return to - from == upper.length() && startsWith(in, from, to, upper);
    }

    private static boolean startsWith(byte[] in, int from, int to, String upper) {
        if (to - from < upper.length()) return false;
        for (int i = 0; i < upper.length(); i++) {
            if (upper(in[from + i]) != upper.charAt(i)) return false;
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
            case MAIL -> mail(MailVerb.MAIL);
            case RCPT -> rcpt();
            case DATA -> withoutArgument(THE_DATA);
            case BDAT -> ArgumentReader.bdat(line, argument, to);
            case RSET -> withoutArgument(THE_RSET);
            case NOOP -> THE_NOOP;
            case QUIT -> withoutArgument(THE_QUIT);
            case HELP -> help();
            default -> rare(verb);
        };
    }

    private Command rare(int verb) {
        return switch (verb) {
            case SEND -> mail(MailVerb.SEND);
            case SOML -> mail(MailVerb.SOML);
            case SAML -> mail(MailVerb.SAML);
            case VRFY -> isName() ? ArgumentReader.vrfy(line, argument, to) : refuse(nameRefusal());
            case EXPN -> isName() ? ArgumentReader.expn(line, argument, to) : refuse(nameRefusal());
            case ETRN -> ArgumentReader.etrn(line, argument, to);
            case TURN -> withoutArgument(THE_TURN);
            case ATRN -> ArgumentReader.atrn(line, argument, to);
            case AUTH -> ArgumentReader.auth(line, argument, to);
            default -> other(from + Integer.BYTES);
        };
    }

    private Command other(int verbEnd) {
        if (verbEnd - from > VERB_MAX) return refuse(Replies.UNKNOWN_COMMAND);
        String verb = text(from, verbEnd).toUpperCase(Locale.ROOT);
        if (verb.equals(STARTTLS)) return withoutArgument(THE_STARTTLS);
        if (verb.equals(XCLIENT)) return ClientAttributeReader.xclient(line, argument, to);
        if (verb.equals(XFORWARD)) return ClientAttributeReader.xforward(line, argument, to);
        if (HTTP_METHODS.contains(verb)) return THE_FOREIGN;
        return UNIMPLEMENTED.contains(verb) ? new Command.Unimplemented(verb) : refuse(Replies.UNKNOWN_COMMAND);
    }

    private boolean isHelloName() {
        if (to - argument > PathReader.DOMAIN_MAX) return false;
        return AddressGrammar.isHelloName(line, argument, to) || AddressLiteral.isLenient(line, argument, to);
    }

    private Command mail(MailVerb verb) {
        if (!startsWith(line, argument, to, FROM)) return refuse(Replies.syntaxOf(verb));
        if (!isText()) return refuse(Replies.NOT_UTF_8);
        PathReader.Kind kind = path.read(line, skipBlanks(argument + FROM.length()), to);
        if (kind == PathReader.Kind.TOO_LONG) return refuse(Replies.SENDER_TOO_LONG);
        boolean usable = kind == PathReader.Kind.MAILBOX || kind == PathReader.Kind.NULL;
        if (!usable || !endsPath()) return refuse(Replies.BAD_SENDER);
        Optional<Reply> refusal = mailParameters.read(line, path.end(), to);
        if (refusal.isPresent()) return refuse(refusal.get());
        ReversePath reversePath = kind == PathReader.Kind.NULL ? ReversePath.NULL : new ReversePath(path.mailbox());
        boolean readable = ascii || mailParameters.smtpUtf8() || reversePath.isAscii();
        if (!readable) return refuse(Replies.NON_ASCII_SENDER);
        return new Command.Mail(verb, reversePath, mailParameters.parameters());
    }

    /** Whether MAIL had SMTPUTF8 the session knows: it refuses what is not ASCII and must be. */
    private Command rcpt() {
        if (!startsWith(line, argument, to, TO)) return refuse(Replies.RCPT_SYNTAX);
        if (!isText()) return refuse(Replies.NOT_UTF_8);
        PathReader.Kind kind = path.read(line, skipBlanks(argument + TO.length()), to);
        if (kind == PathReader.Kind.TOO_LONG) return refuse(Replies.RECIPIENT_TOO_LONG);
        boolean usable = kind == PathReader.Kind.MAILBOX || kind == PathReader.Kind.LOCAL_PART_ONLY;
        if (!usable || !endsPath()) return refuse(Replies.BAD_RECIPIENT);
        boolean bare = kind == PathReader.Kind.LOCAL_PART_ONLY;
        if (bare && !path.isPostmaster()) return refuse(Replies.DOMAIN_MISSING);
        Optional<Reply> refusal = rcptParameters.read(line, path.end(), to);
        if (refusal.isPresent()) return refuse(refusal.get());
        ForwardPath forwardPath = bare ? ForwardPath.POSTMASTER : new ForwardPath(path.mailbox());
        return new Command.Rcpt(forwardPath, rcptParameters.parameters());
    }

    /** Whether what is not ASCII in the argument is UTF-8. */
    private boolean isText() {
        return ascii || Utf8Check.isText(line, argument, to);
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

    private boolean isName() {
        return argument < to && isText();
    }

    private Reply nameRefusal() {
        return argument == to ? Replies.ARGUMENT_NEEDED : Replies.NOT_UTF_8;
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
