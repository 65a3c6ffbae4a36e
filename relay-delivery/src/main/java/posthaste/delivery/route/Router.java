package posthaste.delivery.route;

import io.vertx.core.Future;
import java.net.InetSocketAddress;
import java.util.Collection;
import java.util.function.Supplier;
import posthaste.delivery.DeliveryConfig;
import posthaste.delivery.dns.MailDns;
import posthaste.smtp.Reply;

/** Decides where mail for a destination goes: the first route that matches, else the address literal, else its MX. */
public final class Router implements HostLookup {

    /**
     * @param config routes, port, refused networks and our host name
     * @param dns the name system
     * @param listeners the addresses that our own listeners are bound to, wildcards included; asked at every lookup
     */
    public Router(DeliveryConfig config, MailDns dns, Supplier<? extends Collection<InetSocketAddress>> listeners) {}

    @Override
    public Future<Resolution> resolve(String destination) {
        return Future.succeededFuture(new Resolution.Unavailable(Reply.of(451, "4.4.3", "Not yet")));
    }
}
