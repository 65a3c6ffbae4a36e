package posthaste.smtp;

/** Reads one command line (RFC 5321 §4.1). Stateless between lines; one instance belongs to one thread. */
public final class CommandParser {

    /**
     * Reads the command in {@code line[offset, offset + length)}, which excludes the CRLF. Never throws for what a
     * client sent: what cannot be read is a {@link Command.Malformed}.
     */
    public Command parse(byte[] line, int offset, int length) {
        return new Command.Malformed(Replies.UNKNOWN_COMMAND);
    }
}
