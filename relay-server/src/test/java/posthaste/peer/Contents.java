package posthaste.peer;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;

/** Says whether what arrived is what was sent, and where it is not in terms a person can use. */
final class Contents {
    private static final int SHOWN_BEFORE = 60;
    private static final int SHOWN_BEHIND = 100;

    private Contents() {}

    /** Fails unless {@code arrived} is {@code sent}, octet by octet but for what Postfix is known to change. */
    static void assertUnchanged(Corpus.Entry sent, byte[] arrived) {
        byte[] expected = sent.hasObsoleteFields() ? withoutBlanksBeforeColons(sent.relayed()) : sent.relayed();
        byte[] actual = sent.lacksHeader() ? withoutSeparator(expected, arrived) : arrived;
        int at = Arrays.mismatch(expected, actual);
        assertThat(at)
                .as(() -> sent + " changed at octet " + at + " of " + expected.length + "\nsent:    "
                        + shown(expected, at) + "\narrived: " + shown(actual, at))
                .isEqualTo(-1);
    }

    /** Takes off the one blank line that Postfix puts between the trace field and a body without a header. */
    private static byte[] withoutSeparator(byte[] expected, byte[] arrived) {
        int at = Arrays.mismatch(expected, arrived);
        if (at < 0 || at + 2 > arrived.length || arrived[at] != '\r' || arrived[at + 1] != '\n') return arrived;
        return Corpus.concat(Arrays.copyOf(arrived, at), Arrays.copyOfRange(arrived, at + 2, arrived.length));
    }

    /** Postfix writes obsolete fields (RFC 5322 §4.5.8) in the form of today. */
    private static byte[] withoutBlanksBeforeColons(byte[] message) {
        String text = new String(message, ISO_8859_1);
        int headerEnd = text.indexOf("\r\n\r\n");
        String header = text.substring(0, headerEnd).replaceAll("(?m)^([!-9;-~]+)[ \t]+:", "$1:");
        return (header + text.substring(headerEnd)).getBytes(ISO_8859_1);
    }

    private static String shown(byte[] content, int at) {
        int from = Math.max(0, Math.min(at, content.length) - SHOWN_BEFORE);
        int to = Math.min(content.length, Math.max(at, 0) + SHOWN_BEHIND);
        return new String(content, from, to - from, ISO_8859_1)
                .replace("\r", "\\r")
                .replace("\n", "\\n");
    }
}
