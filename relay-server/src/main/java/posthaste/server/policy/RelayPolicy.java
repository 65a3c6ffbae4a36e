package posthaste.server.policy;

import java.net.InetAddress;
import java.util.Locale;
import posthaste.queue.PriorityClass;
import posthaste.smtp.ForwardPath;
import posthaste.smtp.Mailbox;
import posthaste.smtp.Replies;
import posthaste.smtp.Reply;

/**
 * Who may hand in mail for whom: clients in trusted networks for anybody, all others for local addresses only, so that
 * the relay is open to nobody. Addresses are taken literally: {@code %} and {@code !} in a local part mean nothing.
 *
 * @param networks whose clients may relay
 * @param local what ends here
 */
public record RelayPolicy(TrustedNetworks networks, LocalDomains local) {
    private static final String POSTMASTER = "postmaster";

    /** What a client may do. */
    public enum Standing {
        TRUSTED,
        STRANGER
    }

    public Standing standingOf(InetAddress client) {
        return networks.contains(client) ? Standing.TRUSTED : Standing.STRANGER;
    }

    /** Judges one recipient. */
    public Verdict judge(Standing client, ForwardPath recipient) {
        if (recipient.mailbox().isEmpty()) return postmaster();
        Mailbox mailbox = recipient.mailbox().get();
        if (local.contains(mailbox)) {
            return isPostmaster(mailbox.localPart()) ? postmaster() : new Verdict.Refused(Replies.UNKNOWN_RECIPIENT);
        }
        if (client == Standing.STRANGER) return new Verdict.Refused(Replies.RELAYING_DENIED);
        return new Verdict.Accepted(mailbox, PriorityClass.NORMAL);
    }

    private Verdict postmaster() {
        return local.postmaster()
                .map(reader -> new Verdict.Accepted(reader, PriorityClass.NORMAL))
                .orElseGet(() -> new Verdict.Accepted(new Mailbox(POSTMASTER, local.hostname()), PriorityClass.HELD));
    }

    /** In any letter case, quoted or not (RFC 5321 §4.5.1). */
    private static boolean isPostmaster(String localPart) {
        return localPart.equalsIgnoreCase(POSTMASTER) || localPart.equalsIgnoreCase('"' + POSTMASTER + '"');
    }

    /**
     * Answers VRFY (RFC 5321 §3.5). Strangers learn nothing: what looks like a name is 252 for them, whoever it is.
     *
     * @param user a name or an address, with or without brackets
     */
    public Reply verify(Standing client, String user) {
        if (client == Standing.STRANGER) return Replies.NOT_VERIFIED;
        String bare = user.startsWith("<") && user.endsWith(">") ? user.substring(1, user.length() - 1) : user;
        int at = bare.lastIndexOf('@');
        boolean remote =
                at >= 0 && !local.domains().contains(bare.substring(at + 1).toLowerCase(Locale.ROOT));
        if (remote) return Replies.NOT_VERIFIED;
        if (!isPostmaster(at < 0 ? bare : bare.substring(0, at))) return Replies.UNKNOWN_RECIPIENT;
        return verified(new Mailbox(POSTMASTER, local.hostname()));
    }

    private static Reply verified(Mailbox mailbox) {
        return Reply.of(250, "2.1.5", "<" + mailbox + ">");
    }
}
