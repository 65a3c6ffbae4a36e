package posthaste.delivery.route;

/**
 * How the hosts of a destination are spoken to. Destinations whose transports differ share no connection.
 *
 * @param tls what their connections must come to
 * @param requireTls whether the mail that goes there asks for REQUIRETLS (RFC 8689), so that hosts must offer it
 */
public record Transport(TlsPolicy tls, boolean requireTls) {
    /** As it comes with defaults. */
    public static final Transport USUAL = new Transport(TlsPolicy.OPPORTUNISTIC, false);

    /** Over a connection that the peer has made: it stays as it is. */
    public static final Transport TURNED = new Transport(TlsPolicy.NONE, false);

    /** The same for mail that asks for REQUIRETLS. */
    public Transport requiringTls() {
        return new Transport(tls.verified(), true);
    }

    /** The identity of a site of these hosts: it tells their connections from those of other transports. */
    String site(String hosts) {
        if (equals(USUAL)) return hosts;
        return hosts + " tls=" + tls + (requireTls ? "+requiretls" : "");
    }
}
