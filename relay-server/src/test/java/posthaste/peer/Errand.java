package posthaste.peer;

import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/**
 * What a {@link RealClient} is asked to do: to hand messages to a server.
 *
 * @param clientAddress the address of this machine to connect from
 * @param messages files, each a message to all recipients
 * @param wishes what the client does beyond that; only what it {@linkplain RealClient#can can}
 * @param access by TLS or not, and as whom; only by a mechanism that it {@linkplain RealClient#mechanisms knows}
 */
record Errand(
        InetSocketAddress server,
        String clientAddress,
        String from,
        List<String> recipients,
        List<Path> messages,
        Set<Wish> wishes,
        Access access) {
    static final String HELO = "client.sender.example";

    /** What not every client can. */
    enum Wish {
        /** Several messages on one connection. */
        SEVERAL,
        /** Sends to those recipients that were accepted, where another one was refused. */
        PART,
        /** Asks for NOTIFY=SUCCESS,FAILURE and RET=HDRS (RFC 3461). */
        DSN,
        /** Addresses beyond ASCII (RFC 6531). */
        UTF8,
        /** Tells the size with MAIL (RFC 1870). */
        SIZE,
        /** Sends MAIL, RCPT and DATA without waiting for replies (RFC 2920). */
        PIPELINING,
        /** Sends the content in chunks of 1000 octets (RFC 3030). */
        CHUNKING
    }

    /** One message to some recipients, from 127.0.0.1. */
    static Errand of(InetSocketAddress server, String from, Path message, String... recipients) {
        return new Errand(
                server,
                "127.0.0.1",
                from,
                List.of(recipients),
                List.of(message),
                EnumSet.noneOf(Wish.class),
                Access.NONE);
    }

    Errand withMessages(List<Path> several) {
        return new Errand(server, clientAddress, from, recipients, several, wishes, access);
    }

    Errand from(String address) {
        return new Errand(server, address, from, recipients, messages, wishes, access);
    }

    Errand with(Wish wish) {
        var more = EnumSet.of(wish);
        more.addAll(wishes);
        return new Errand(server, clientAddress, from, recipients, messages, more, access);
    }

    Errand by(Access other) {
        return new Errand(server, clientAddress, from, recipients, messages, wishes, other);
    }

    boolean wants(Wish wish) {
        return wishes.contains(wish);
    }

    String host() {
        return server.getAddress().getHostAddress();
    }

    String port() {
        return Integer.toString(server.getPort());
    }
}
