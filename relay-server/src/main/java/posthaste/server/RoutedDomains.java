package posthaste.server;

import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import posthaste.delivery.route.Resolution;
import posthaste.delivery.route.Router;
import posthaste.server.smtp.DomainCheck;
import posthaste.smtp.Mailbox;
import posthaste.smtp.Replies;
import posthaste.smtp.Reply;

/** Looks a recipient's domain up as its delivery would: what a route covers takes mail whatever the name system says. */
record RoutedDomains(Router router) implements DomainCheck {
    private static final int TAKES_NO_MAIL = 556;
    private static final String NO_SUCH_DOMAIN = "5.1.2";

    @Override
    public CompletionStage<Optional<Reply>> refusal(Mailbox recipient, Executor owner) {
        var answered = new CompletableFuture<Optional<Reply>>();
        router.resolve(recipient.destination())
                .onComplete(
                        found -> owner.execute(() -> answered.complete(refusalOf(found))),
                        failure -> owner.execute(() -> answered.complete(Optional.of(Replies.DOMAIN_UNVERIFIED))));
        return answered;
    }

    /** Only what says that there is no such domain, or that it takes no mail; the rest is for the delivery to find out. */
    private static Optional<Reply> refusalOf(Resolution resolution) {
        if (resolution instanceof Resolution.Unavailable) return Optional.of(Replies.DOMAIN_UNVERIFIED);
        if (!(resolution instanceof Resolution.Refused refused)) return Optional.empty();
        if (refused.reply().code() == TAKES_NO_MAIL) return Optional.of(Replies.NULL_MX);
        boolean unknown = refused.reply()
                .status()
                .filter(status -> status.toString().equals(NO_SUCH_DOMAIN))
                .isPresent();
        return unknown ? Optional.of(Replies.UNKNOWN_DOMAIN) : Optional.empty();
    }
}
