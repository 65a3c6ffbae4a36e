package posthaste.server.filter;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;

/** One packet of the milter protocol on its way to a filter: four octets of length, a command, and what belongs to it. */
final class FilterFrame {
    /** Octets that tell the length of what follows, the command included. */
    static final int LENGTH_OCTETS = 4;

    private final ByteArrayOutputStream data = new ByteArrayOutputStream();

    FilterFrame(char command) {
        data.write(command);
    }

    /** A command that stands alone. */
    static byte[] of(char command) {
        return new FilterFrame(command).encoded();
    }

    FilterFrame octet(char octet) {
        data.write(octet);
        return this;
    }

    FilterFrame number16(int number) {
        data.write(number >>> 8);
        data.write(number);
        return this;
    }

    FilterFrame number32(int number) {
        return number16(number >>> 16).number16(number);
    }

    /** Text with the NUL that ends it. */
    FilterFrame text(String text) {
        byte[] octets = text.getBytes(UTF_8);
        return text(octets, 0, octets.length);
    }

    /** A NUL within would end it early and be read as the beginning of something else, so it becomes a blank. */
    FilterFrame text(byte[] octets, int from, int to) {
        for (int i = from; i < to; i++) data.write(octets[i] == 0 ? ' ' : octets[i]);
        data.write(0);
        return this;
    }

    FilterFrame octets(byte[] octets, int from, int to) {
        data.write(octets, from, to - from);
        return this;
    }

    /** As it goes over the wire. */
    byte[] encoded() {
        int length = data.size();
        byte[] frame = new byte[LENGTH_OCTETS + length];
        for (int i = 0; i < LENGTH_OCTETS; i++) frame[i] = (byte) (length >>> (8 * (LENGTH_OCTETS - 1 - i)));
        System.arraycopy(data.toByteArray(), 0, frame, LENGTH_OCTETS, length);
        return frame;
    }
}
