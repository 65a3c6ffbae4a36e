package posthaste.server.smtp;

/** Who reads the octets that come in: command lines, or content. */
interface Input {

    /**
     * Reads octets of {@code in[from, to)} up to the next thing that something has to be done about.
     *
     * @return index of the first octet not consumed
     */
    int read(byte[] in, int from, int to);
}
