package posthaste.server;

import java.util.List;
import java.util.Optional;
import posthaste.delivery.route.OwnMailboxes;
import posthaste.queue.Recipient;
import posthaste.server.policy.DirectoryStore;
import posthaste.smtp.Mailbox;
import posthaste.smtp.Reply;

/** Tells the delivery what the directory knows of addresses that end here. */
record LocalMailboxes(DirectoryStore store) implements OwnMailboxes {

    @Override
    public Optional<Reply> refusal(Mailbox recipient) {
        return store.directory().refusalOf(recipient);
    }

    @Override
    public List<Recipient> readers(Mailbox address) {
        return store.directory().readersOf(address);
    }

    @Override
    public boolean mayRefuse(String destination) {
        return store.directory().isLocal(destination);
    }
}
