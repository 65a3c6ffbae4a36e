package posthaste.server;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import posthaste.delivery.DeliveryEngine;
import posthaste.delivery.DestinationMatch;
import posthaste.server.smtp.Flushing;
import posthaste.smtp.Command;

/** Has the delivery try now what ETRN asks for. */
record EngineFlushing(DeliveryEngine engine) implements Flushing {

    @Override
    public CompletionStage<Begun> attemptNow(Command.Etrn command, Executor owner) {
        boolean subdomains = command.scope() == Command.Etrn.Scope.SUBDOMAINS;
        var match = new DestinationMatch(command.node(), subdomains);
        var begun = new CompletableFuture<Begun>();
        engine.attemptNow(match)
                .onComplete(
                        now -> owner.execute(() -> begun.complete(new Begun(now.deliveries(), now.more()))),
                        failure -> owner.execute(() -> begun.completeExceptionally(failure)));
        return begun;
    }
}
