package posthaste.server.policy;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import posthaste.smtp.EnhancedStatus;
import posthaste.smtp.Mailbox;
import posthaste.smtp.Reply;

/** What clients are told of addresses of ours (RFC 5321 §3.4 and §3.5, RFC 6531 §3.7.4 for text that is not ASCII). */
final class DirectoryReplies {
    static final Reply ON_HOLD = Reply.of(450, "4.2.1", "Mailbox on hold, try again later");
    /** On hold, said of mail that is returned: a report of a failure has no 4yz (RFC 3464 §2.3.4). */
    static final Reply NOT_TAKEN = Reply.of(550, "5.2.1", "Mailbox on hold, mail to it is returned");

    /** Whether there is such an address cannot be told now (RFC 5321 §4.2.4.2: 451). */
    static final Reply UNREADABLE = Reply.of(451, "4.3.0", "Address cannot be looked up now, try again later");

    static final Reply FULL = Reply.of(552, "5.2.2", "Mailbox full");
    static final Reply AMBIGUOUS = Reply.of(553, "5.1.4", "Ambiguous address");
    static final Reply LEADS_NOWHERE = Reply.of(550, "5.4.6", "Address leads to itself only");
    static final Reply NEEDS_UTF8 = Reply.of(252, "2.6.8", "The answer is not ASCII, ask again with SMTPUTF8");
    static final Reply IS_LIST = Reply.of(550, "5.1.1", "That is a mailing list, not a user");
    static final Reply IS_USER = Reply.of(550, "5.2.4", "That is a user name, not a mailing list");
    static final Reply UNKNOWN_LIST = Reply.of(550, "5.1.1", "No such mailing list here");
    private static final Reply MOVED = Reply.of(550, "5.1.6", "User has moved, and left no address to be told");

    private DirectoryReplies() {}

    /** 251 with the new address; {@code otherwise} where that may not be told, or cannot be in ASCII. */
    static Reply forwards(Optional<Mailbox> to, boolean smtpUtf8, Reply otherwise) {
        return naming(to, smtpUtf8, address -> "User not local; will forward to <" + address + ">")
                .map(text -> Reply.of(251, "2.1.5", text))
                .orElse(otherwise);
    }

    /** 551 with the new address; 550 where that may not be told, or cannot be in ASCII. */
    static Reply moved(Optional<Mailbox> to, boolean smtpUtf8) {
        return naming(to, smtpUtf8, address -> "User not local; please try <" + address + ">")
                .map(text -> Reply.of(551, "5.1.6", text))
                .orElse(MOVED);
    }

    private static Optional<String> naming(Optional<Mailbox> to, boolean smtpUtf8, Function<Mailbox, String> text) {
        return to.filter(address -> smtpUtf8 || address.isAscii()).map(text);
    }

    /** A user or the members of a list, a line each. */
    static Reply known(List<String> lines, boolean smtpUtf8) {
        return isSayable(lines, smtpUtf8) ? new Reply(250, EnhancedStatus.parse("2.1.5"), lines) : NEEDS_UTF8;
    }

    /** 553 with whom a name may mean, a line each. */
    static Reply ambiguous(List<String> possibilities, boolean smtpUtf8) {
        if (!isSayable(possibilities, smtpUtf8)) return AMBIGUOUS;
        var lines = new ArrayList<String>(possibilities.size() + 1);
        lines.add("Ambiguous; possibilities are");
        lines.addAll(possibilities);
        return new Reply(553, EnhancedStatus.parse("5.1.4"), lines);
    }

    private static boolean isSayable(List<String> lines, boolean smtpUtf8) {
        return smtpUtf8 || lines.stream().allMatch(DirectoryReplies::isAscii);
    }

    private static boolean isAscii(String text) {
        for (int i = 0; i < text.length(); i++) if (text.charAt(i) > '~') return false;
        return true;
    }
}
