package posthaste.smtp;

import java.util.List;

/** What a proxy or a filter may say of the client behind it, with XCLIENT or XFORWARD (protocols of Postfix). */
public enum ClientAttribute {
    /** Its host name in the name system. */
    NAME,
    /** Its IP address; in XFORWARD any text. */
    ADDR,
    /** Its TCP port. */
    PORT,
    /** What it speaks: SMTP or ESMTP; in XFORWARD any word. */
    PROTO,
    /** What it calls itself. */
    HELO,
    /** The user it has logged in as. */
    LOGIN,
    /** The address at which it was received. */
    DESTADDR,
    /** The port at which it was received. */
    DESTPORT,
    /** The name that the message has in the queue of the filter. */
    IDENT,
    /** Whether the message began on the host of the filter: LOCAL or REMOTE. */
    SOURCE;

    /** In the order in which EHLO names them. */
    public static final List<ClientAttribute> OF_XCLIENT =
            List.of(NAME, ADDR, PORT, PROTO, HELO, LOGIN, DESTADDR, DESTPORT);

    /** In the order in which EHLO names them. */
    public static final List<ClientAttribute> OF_XFORWARD = List.of(NAME, ADDR, PORT, PROTO, HELO, IDENT, SOURCE);
}
