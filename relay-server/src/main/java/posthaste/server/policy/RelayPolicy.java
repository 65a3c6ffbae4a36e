package posthaste.server.policy;

import java.net.InetAddress;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import posthaste.queue.Recipient;
import posthaste.server.tls.ClientCertificate;
import posthaste.smtp.ForwardPath;
import posthaste.smtp.Mailbox;
import posthaste.smtp.RcptParameters;
import posthaste.smtp.Replies;
import posthaste.smtp.Reply;

/**
 * Who may hand in mail for whom: clients in trusted networks, and with known certificates, for anybody, all others for local addresses only, so that
 * the relay is open to nobody. Addresses are taken literally: {@code %} and {@code !} in a local part mean nothing.
 * Any thread may ask.
 */
public final class RelayPolicy {
    private final AccessConfig access;
    private final DirectoryStore store;

    /** What a client may do. */
    public enum Standing {
        TRUSTED,
        STRANGER
    }

    public RelayPolicy(AccessConfig access, DirectoryStore store) {
        this.access = access;
        this.store = store;
    }

    /** With a directory that does not change. */
    public RelayPolicy(AccessConfig access, Directory directory) {
        this(access, new DirectoryStore(directory));
    }

    /** @param certificate that the client has shown, and holds the key of */
    public Standing standingOf(InetAddress client, Optional<ClientCertificate> certificate) {
        boolean trusted = access.networks().contains(client)
                || certificate.filter(this::isKnown).isPresent();
        return trusted ? Standing.TRUSTED : Standing.STRANGER;
    }

    private boolean isKnown(ClientCertificate certificate) {
        return access.clientCertificates().contains(certificate.fingerprint())
                || certificate.names().stream().anyMatch(access.clientCertificates()::contains);
    }

    /** Whether the client is turned away by a 554 in place of the greeting (RFC 5321 §3.1). */
    public boolean refuses(InetAddress client) {
        return access.refusedNetworks().contains(client);
    }

    /** Whether the client may have what waits sent now (RFC 1985 §5.3). */
    public boolean mayFlush(InetAddress client) {
        return access.etrnNetworks().contains(client);
    }

    /** Whether the host may say for whom it speaks. */
    public boolean mayForward(InetAddress host) {
        return access.xclientNetworks().contains(host);
    }

    /** Whether the user may fetch mail at all: TURN and ATRN. */
    public boolean mayFetch(String user) {
        return access.grants().isGranted(user);
    }

    /**
     * The domains whose mail the user gets.
     *
     * @param named those asked for; none: all that are granted
     * @return empty where one of them is not granted (RFC 2645 §5.2.1)
     */
    public Optional<Set<String>> granted(String user, List<String> named) {
        return access.grants().of(user, named);
    }

    /** Whether the domains of recipients are to be looked up before they are taken. */
    public boolean verifiesDomains() {
        return access.verifyDomains();
    }

    /**
     * Judges one recipient.
     *
     * @param parameters what the client asks for; it goes on to whoever gets the mail
     * @param smtpUtf8 whether the reply may hold UTF-8: MAIL had SMTPUTF8 (RFC 6531 §3.7.4.1)
     */
    public Verdict judge(Standing client, ForwardPath recipient, RcptParameters parameters, boolean smtpUtf8) {
        Directory directory = store.directory();
        if (recipient.mailbox().isEmpty()) {
            Mailbox postmaster = directory.postmaster();
            return directory.findPostmaster().accept(new LocalVerdict(directory, postmaster, parameters, smtpUtf8));
        }
        Mailbox mailbox = recipient.mailbox().get();
        if (directory.isLocal(mailbox)) {
            return directory.find(mailbox).accept(new LocalVerdict(directory, mailbox, parameters, smtpUtf8));
        }
        if (client == Standing.STRANGER) return new Verdict.Refused(Replies.RELAYING_DENIED);
        Optional<String> original = parameters.originalRecipient();
        var only = new Recipient(mailbox, parameters.notifyOn(), original);
        return new Verdict.Accepted(Replies.RECIPIENT_OK, List.of(only));
    }

    /**
     * Whether the domain of the recipient is one whose mail ends here: names of the name system say nothing about it then.
     */
    public boolean isLocal(ForwardPath recipient) {
        return recipient.mailbox().map(store.directory()::isLocal).orElse(true);
    }

    /**
     * Answers VRFY (RFC 5321 §3.5). Strangers learn nothing: what looks like a name is 252 for them, whoever it is.
     *
     * @param user a name or an address, with or without brackets
     * @param smtpUtf8 whether the reply may hold UTF-8 (RFC 6531 §3.7.4.2)
     */
    public Reply verify(Standing client, String user, boolean smtpUtf8) {
        return isAnswered(client) ? store.answers().verify(user, smtpUtf8) : Replies.NOT_VERIFIED;
    }

    /** Answers EXPN likewise. */
    public Reply expand(Standing client, String list, boolean smtpUtf8) {
        return isAnswered(client) ? store.answers().expand(list, smtpUtf8) : Replies.NOT_EXPANDED;
    }

    private boolean isAnswered(Standing client) {
        return client == Standing.TRUSTED && store.directory().config().answers();
    }
}
