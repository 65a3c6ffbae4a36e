package posthaste.server.filter;

import posthaste.server.smtp.ScreenedMessage;
import posthaste.smtp.BodyType;
import posthaste.smtp.Mailbox;

/**
 * What a filter is told of one message, packet by packet: each with the macros that belong to it before it. The client's
 * name is never looked up, so its address in brackets stands for it, as the protocol has it.
 *
 * @param hostname ours
 */
record FilterCommands(String hostname, ScreenedMessage message) {
    private static final String DAEMON = "posthaste";
    /** The client's port is of no use to anybody behind a proxy, and 0 is "unknown". */
    private static final int NO_PORT = 0;

    byte[][] connect() {
        String address = message.source().address();
        boolean six = address.indexOf(':') >= 0;
        byte[] macros = macros(
                'C', "j", hostname, "{daemon_name}", DAEMON, "{client_addr}", address, "{client_name}", clientName());
        byte[] command = new FilterFrame('C')
                .text(clientName())
                .octet(six ? '6' : '4')
                .number16(NO_PORT)
                .text(address)
                .encoded();
        return new byte[][] {macros, command};
    }

    private String clientName() {
        return "[" + message.source().address() + "]";
    }

    byte[] helo() {
        return new FilterFrame('H').text(message.source().helloName()).encoded();
    }

    byte[][] mail() {
        String bare = message.reversePath().mailbox().map(Mailbox::toString).orElse("");
        String user = message.source().user();
        String id = message.id().toString();
        byte[] macros = user.isEmpty()
                ? macros('M', "i", id, "{mail_addr}", bare)
                : macros('M', "i", id, "{mail_addr}", bare, "{auth_authen}", user);
        FilterFrame command = new FilterFrame('M').text(message.reversePath().toString());
        if (message.body() != BodyType.SEVEN_BIT)
            command.text("BODY=" + message.body().keyword());
        if (message.smtpUtf8()) command.text("SMTPUTF8");
        return new byte[][] {macros, command.encoded()};
    }

    byte[][] rcpt(Mailbox recipient) {
        byte[] macros = macros('R', "{rcpt_addr}", recipient.toString());
        byte[] command = new FilterFrame('R').text("<" + recipient + ">").encoded();
        return new byte[][] {macros, command};
    }

    byte[] data() {
        return FilterFrame.of('T');
    }

    /** @param keepsLeadingBlanks whether the blank that most fields have behind the colon belongs to the value */
    byte[] field(byte[] name, byte[] value, boolean keepsLeadingBlanks) {
        boolean dropped = !keepsLeadingBlanks && value.length > 0 && value[0] == ' ';
        return new FilterFrame('L')
                .text(name, 0, name.length)
                .text(value, dropped ? 1 : 0, value.length)
                .encoded();
    }

    byte[] headerEnd() {
        return FilterFrame.of('N');
    }

    byte[] body(byte[] octets, int from, int to) {
        return new FilterFrame('B').octets(octets, from, to).encoded();
    }

    byte[][] end() {
        return new byte[][] {macros('E', "i", message.id().toString()), FilterFrame.of('E')};
    }

    /** The filter forgets the message. */
    static byte[] abort() {
        return FilterFrame.of('A');
    }

    /** The next message on this connection is another client's. */
    static byte[] another() {
        return FilterFrame.of('K');
    }

    static byte[] quit() {
        return FilterFrame.of('Q');
    }

    private static byte[] macros(char command, String... namesAndValues) {
        var frame = new FilterFrame('D').octet(command);
        for (String each : namesAndValues) frame.text(each);
        return frame.encoded();
    }
}
