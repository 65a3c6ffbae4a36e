package posthaste.server.smtp;

import io.vertx.core.internal.net.NetSocketInternal;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import posthaste.server.auth.Login;
import posthaste.server.tls.TlsFacts;

/** Sends what waits for some domains over a connection that their server has made (RFC 821 §3.8, RFC 2645). */
public interface Turning {

    /**
     * Keeps what waits for one session.
     *
     * @param domains in lower case
     * @return completes on {@code owner}; with nothing where somebody else has some of it, or nobody may have it now; fails
     *     where the queue cannot be read
     */
    CompletionStage<Optional<Lease>> lease(Set<String> domains, Executor owner);

    /** What waits, for one session. It must be released or delivered. */
    interface Lease {
        boolean isEmpty();

        /**
         * Takes the connection over: what comes from it from now on are replies.
         *
         * @return completes when it is closed
         */
        CompletionStage<Void> deliver(NetSocketInternal socket, Client client);

        /** Others may have it. */
        void release();
    }

    /**
     * Who has asked for it.
     *
     * @param name that the client gave itself
     */
    record Client(String name, Login login, TlsFacts tls) {}
}
