package posthaste.server;

import io.vertx.core.internal.net.NetSocketInternal;
import java.net.InetSocketAddress;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import posthaste.delivery.DeliveryEngine;
import posthaste.delivery.TurnLease;
import posthaste.delivery.TurnedPeer;
import posthaste.server.smtp.Turning;

/** Has the delivery send what TURN and ATRN ask for. */
record EngineTurning(DeliveryEngine engine) implements Turning {

    @Override
    public CompletionStage<Optional<Lease>> lease(Set<String> domains, Executor owner) {
        var leased = new CompletableFuture<Optional<Lease>>();
        engine.lease(domains)
                .onComplete(
                        lease -> owner.execute(() -> leased.complete(lease.map(EngineLease::new))),
                        failure -> owner.execute(() -> leased.completeExceptionally(failure)));
        return leased;
    }

    private record EngineLease(TurnLease lease) implements Lease {

        @Override
        public boolean isEmpty() {
            return lease.isEmpty();
        }

        @Override
        public CompletionStage<Void> deliver(NetSocketInternal socket, Client client) {
            var remote =
                    (InetSocketAddress) socket.channelHandlerContext().channel().remoteAddress();
            String tls = client.tls().protocol() + " " + client.tls().cipher();
            var peer = new TurnedPeer(client.name(), remote, client.login().user(), tls);
            return lease.deliver(socket, peer).<Void>mapEmpty().toCompletionStage();
        }

        @Override
        public void release() {
            lease.release();
        }
    }
}
