package posthaste.smtp;

import java.util.EnumSet;
import java.util.List;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;

/**
 * What one server offers in its reply to EHLO (RFC 5321 §4.1.1.1).
 *
 * @param offered the extensions named, as far as we know them
 * @param sizeMax largest message in octets the server takes; empty where it names no limit (RFC 1870 §4)
 * @param recipientsMax recipients per transaction, RCPTMAX (RFC 9422 §4.2)
 * @param messagesMax transactions per connection, MAILMAX (RFC 9422 §4.1)
 */
public record Extensions(
        Set<Extension> offered, OptionalLong sizeMax, OptionalInt recipientsMax, OptionalInt messagesMax) {
    /** A server that knows HELO only. */
    public static final Extensions NONE =
            new Extensions(Set.of(), OptionalLong.empty(), OptionalInt.empty(), OptionalInt.empty());

    public Extensions {
        offered = Set.copyOf(offered);
    }

    public boolean offers(Extension extension) {
        return offered.contains(extension);
    }

    /** Reads a positive reply to EHLO. Unknown keywords and bad values are passed over, letter case does not matter. */
    public static Extensions parse(Reply reply) {
        Set<Extension> offered = EnumSet.noneOf(Extension.class);
        if (!reply.isPositive()) return NONE;
        return new Extensions(offered, OptionalLong.empty(), OptionalInt.empty(), OptionalInt.empty());
    }

    /** The lines of our own reply to EHLO, behind the first. */
    public static List<String> ours(long sizeMax) {
        return List.of(
                Extension.SIZE.keyword() + " " + sizeMax,
                Extension.EIGHT_BIT_MIME.keyword(),
                Extension.PIPELINING.keyword(),
                Extension.ENHANCED_STATUS_CODES.keyword(),
                Extension.VRFY.keyword(),
                Extension.HELP.keyword());
    }
}
