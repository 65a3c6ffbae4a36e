package posthaste.server.smtp;

import io.netty.util.NetUtil;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Optional;
import posthaste.server.auth.ChannelBinding;
import posthaste.server.auth.Login;
import posthaste.server.auth.SaslContext;
import posthaste.server.auth.SenderRights;
import posthaste.server.auth.UserQuota;
import posthaste.server.tls.ClientCertificate;
import posthaste.server.tls.TlsFacts;
import posthaste.smtp.ClientAttribute;
import posthaste.smtp.ClientAttributes;

/**
 * What a connection has proved of its client, beside what the client says.
 *
 * @param address where it comes from: its own, or that of the client for whom it speaks
 * @param tls what the handshake came to, where there was one
 * @param login who it is, where it has authenticated, or whom a host that speaks for it names
 * @param connected where the connection comes from, by the PROXY header where there was one: what it may say depends on it
 * @param forwarded what was said with XCLIENT; empty where it speaks for itself
 */
record Proof(
        InetAddress address,
        Optional<TlsFacts> tls,
        Optional<Login> login,
        InetAddress connected,
        ClientAttributes forwarded) {
    /** Of a client whose address nobody knows: it is in no network. */
    private static final InetAddress UNKNOWN = address(new byte[4]);

    static Proof of(InetAddress address) {
        return new Proof(address, Optional.empty(), Optional.empty(), address, ClientAttributes.NONE);
    }

    /**
     * Nothing that was proved in the clear counts any more (RFC 3207 §4.2), nor who was said to have logged in: somebody on the
     * way could have said it. Whose address it speaks for stays; that much it could say of any.
     */
    Proof secured(TlsFacts facts) {
        return new Proof(
                address, Optional.of(facts), Optional.empty(), connected, forwarded.without(ClientAttribute.LOGIN));
    }

    Proof authenticated(Login as) {
        return new Proof(address, tls, Optional.of(as), connected, forwarded);
    }

    /**
     * Of another client, for whom this one speaks from now on; what was said before and is not said anew still holds. A
     * user it names has been asked for a password elsewhere, so that no rights or limits of ours are known of it.
     */
    Proof speakingFor(ClientAttributes said) {
        ClientAttributes all = said.over(forwarded);
        InetAddress other = all.names(ClientAttribute.ADDR)
                ? all.value(ClientAttribute.ADDR).flatMap(Proof::address).orElse(UNKNOWN)
                : connected;
        Optional<Login> user =
                all.value(ClientAttribute.LOGIN).map(name -> new Login(name, SenderRights.ANY, UserQuota.NONE));
        return new Proof(other, tls, user, connected, all);
    }

    /** Empty for what is no address, or one in a spelling that nobody uses; a name is never looked up. */
    private static Optional<InetAddress> address(String text) {
        byte[] octets = NetUtil.createByteArrayFromIpAddressString(text);
        return octets == null ? Optional.empty() : Optional.of(address(octets));
    }

    private static InetAddress address(byte[] octets) {
        try {
            return InetAddress.getByAddress(octets);
        } catch (UnknownHostException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    /** Who it is, where it has proved that here, and inside TLS: good for taking the connection over. */
    Optional<Login> provenLogin() {
        return tls.isPresent() && forwarded.isEmpty() ? login : Optional.empty();
    }

    /** That of the client: a host that speaks for another has shown its own. */
    Optional<ClientCertificate> certificate() {
        return forwarded.isEmpty() ? tls.flatMap(TlsFacts::client) : Optional.empty();
    }

    /** What SASL needs to know of the connection. */
    SaslContext sasl() {
        return new SaslContext(
                address,
                tls.isPresent(),
                tls.flatMap(TlsFacts::serverEndPoint),
                tls.flatMap(TlsFacts::exporter).map(ChannelBinding::exporter));
    }
}
