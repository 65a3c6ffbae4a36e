package posthaste.server.proxy;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.ByteArrayOutputStream;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.zip.CRC32C;

/** Writes PROXY headers as balancers do, octet by octet (proxy-protocol.txt §2.1, §2.2). */
public final class TestHeader {
    private static final byte[] SIGNATURE = "\r\n\r\n\0\r\nQUIT\n".getBytes(US_ASCII);
    private static final int PROXY = 0x21;
    private static final int LOCAL = 0x20;
    private static final int CRC32C_TYPE = 3;

    private final ByteArrayOutputStream behind = new ByteArrayOutputStream();
    private int command;
    private int family;
    private boolean summed;

    private TestHeader(int command, int family) {
        this.command = command;
        this.family = family;
    }

    /** Version 1. */
    public static byte[] line(String text) {
        return (text + "\r\n").getBytes(US_ASCII);
    }

    /** Version 2, for this client. */
    public static TestHeader of(String client) {
        byte[] address = octets(client);
        var header = new TestHeader(PROXY, address.length == 4 ? 0x11 : 0x21);
        header.behind.writeBytes(address);
        header.behind.writeBytes(octets(address.length == 4 ? "127.0.0.1" : "::1"));
        header.behind.writeBytes(new byte[] {(byte) 0xc0, 1, 0, 25});
        return header;
    }

    private static byte[] octets(String address) {
        try {
            return InetAddress.getByName(address).getAddress();
        } catch (UnknownHostException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    /** Version 2, for the balancer itself. */
    public static TestHeader local() {
        return new TestHeader(LOCAL, 0);
    }

    /** Version 2, for a client that the balancer does not know. */
    public static TestHeader unknown() {
        return new TestHeader(PROXY, 0);
    }

    public TestHeader command(int other) {
        command = other;
        return this;
    }

    public TestHeader family(int other) {
        family = other;
        return this;
    }

    public TestHeader tlv(int type, byte... value) {
        behind.write(type);
        behind.write(value.length >> 8);
        behind.write(value.length);
        behind.writeBytes(value);
        return this;
    }

    /** With its checksum as the last of the values. */
    public TestHeader summed() {
        summed = true;
        return tlv(CRC32C_TYPE, new byte[4]);
    }

    public byte[] octets() {
        var header = new ByteArrayOutputStream();
        header.writeBytes(SIGNATURE);
        header.write(command);
        header.write(family);
        header.write(behind.size() >> 8);
        header.write(behind.size());
        header.writeBytes(behind.toByteArray());
        byte[] octets = header.toByteArray();
        if (!summed) return octets;
        var sum = new CRC32C();
        sum.update(octets);
        for (int i = 1; i <= 4; i++) octets[octets.length - i] = (byte) (sum.getValue() >> (8 * (i - 1)));
        return octets;
    }

    public static byte[] joined(byte[] first, byte[] second) {
        byte[] both = Arrays.copyOf(first, first.length + second.length);
        System.arraycopy(second, 0, both, first.length, second.length);
        return both;
    }
}
