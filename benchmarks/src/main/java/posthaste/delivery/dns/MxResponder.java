package posthaste.delivery.dns;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;

/** A resolver on loopback that answers every question with one MX record, valid for a day. One thread. */
final class MxResponder implements AutoCloseable {
    private static final int PACKET_MAX = 4_096;
    private static final int HEADER_BYTES = 12;
    private static final int QUESTION_TAIL_BYTES = 4;
    private static final short RESPONSE_AUTHORITATIVE = (short) 0x8580;
    private static final short NAME_OF_QUESTION = (short) 0xc00c;
    private static final short MX = 15;
    private static final short INTERNET = 1;
    private static final int DAY_SECONDS = 86_400;
    private static final byte[] HOST = {2, 'm', 'x', 7, 'e', 'x', 'a', 'm', 'p', 'l', 'e', 3, 'n', 'e', 't', 0};

    private final DatagramSocket socket;

    MxResponder() throws IOException {
        socket = new DatagramSocket(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
        Thread thread = new Thread(this::answerAll, "mx-responder");
        thread.setDaemon(true);
        thread.start();
    }

    InetSocketAddress address() {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), socket.getLocalPort());
    }

    private void answerAll() {
        DatagramPacket packet = new DatagramPacket(new byte[PACKET_MAX], PACKET_MAX);
        try {
            while (true) {
                packet.setLength(PACKET_MAX);
                socket.receive(packet);
                byte[] answer = answer(packet.getData());
                socket.send(new DatagramPacket(answer, answer.length, packet.getSocketAddress()));
            }
        } catch (IOException closed) {
            // close() ends the thread.
        }
    }

    /** The question, repeated, and one record (RFC 1035 §4.1). */
    private static byte[] answer(byte[] question) {
        int nameEnd = HEADER_BYTES;
        while (question[nameEnd] != 0) nameEnd += question[nameEnd] + 1;
        int questionEnd = nameEnd + 1 + QUESTION_TAIL_BYTES;
        ByteBuffer out = ByteBuffer.allocate(PACKET_MAX);
        out.put(question, 0, 2).putShort(RESPONSE_AUTHORITATIVE);
        out.putShort((short) 1).putShort((short) 1).putShort((short) 0).putShort((short) 0);
        out.put(question, HEADER_BYTES, questionEnd - HEADER_BYTES);
        out.putShort(NAME_OF_QUESTION).putShort(MX).putShort(INTERNET).putInt(DAY_SECONDS);
        out.putShort((short) (Short.BYTES + HOST.length)).putShort((short) 10).put(HOST);
        byte[] packet = new byte[out.position()];
        out.flip().get(packet);
        return packet;
    }

    @Override
    public void close() {
        socket.close();
    }
}
