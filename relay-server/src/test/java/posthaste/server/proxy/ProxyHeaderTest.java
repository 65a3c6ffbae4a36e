package posthaste.server.proxy;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Headers as they come from the network: whole, in pieces, and broken. */
class ProxyHeaderTest {
    private static final byte[] BEHIND = "EHLO client.test\r\n".getBytes(US_ASCII);

    /** What a header came to, and what was left behind it. */
    private static String read(byte[] octets, int piece) {
        var receiver = new ReadHeader();
        var channel = new EmbeddedChannel();
        ProxyHeader.expect(channel.pipeline(), receiver);
        for (int from = 0; from < octets.length; from += piece) {
            int to = Math.min(octets.length, from + piece);
            channel.writeInbound(Unpooled.copiedBuffer(octets, from, to - from));
        }
        var behind = new StringBuilder();
        for (ByteBuf buffer = channel.readInbound(); buffer != null; buffer = channel.readInbound()) {
            behind.append(buffer.toString(ISO_8859_1));
            buffer.release();
        }
        channel.finishAndReleaseAll();
        return receiver + (behind.isEmpty() ? "" : " | " + behind);
    }

    private static void assertRead(byte[] header, String expected) {
        byte[] all = TestHeader.joined(header, BEHIND);
        for (int piece : List.of(all.length, header.length, 7, 2, 1)) {
            assertThat(read(all, piece)).as("pieces of %d", piece).isEqualTo(expected + " | EHLO client.test\r\n");
        }
    }

    private static Stream<Arguments> headers() {
        return Stream.of(
                Arguments.of(TestHeader.line("PROXY TCP4 192.0.2.9 192.0.2.1 49153 25"), "[/192.0.2.9]"),
                Arguments.of(TestHeader.line("PROXY TCP6 2001:db8::9 2001:db8::1 49153 25"), "[/2001:db8:0:0:0:0:0:9]"),
                Arguments.of(TestHeader.line("PROXY UNKNOWN"), "[]"),
                Arguments.of(TestHeader.line("PROXY UNKNOWN ffff::1 ffff::2 1 2"), "[]"),
                Arguments.of(TestHeader.of("192.0.2.9").octets(), "[/192.0.2.9]"),
                Arguments.of(TestHeader.of("2001:db8::9").octets(), "[/2001:db8:0:0:0:0:0:9]"),
                Arguments.of(TestHeader.of("::ffff:192.0.2.9").octets(), "[/192.0.2.9]"),
                Arguments.of(TestHeader.local().octets(), "[]"),
                Arguments.of(TestHeader.local().summed().octets(), "[]"),
                Arguments.of(TestHeader.unknown().octets(), "[]"),
                Arguments.of(TestHeader.of("192.0.2.9").family(0x12).octets(), "[]"),
                Arguments.of(
                        TestHeader.of("192.0.2.9")
                                .tlv(1, "smtp".getBytes(US_ASCII))
                                .tlv(4, new byte[300])
                                .tlv(0xe0)
                                .summed()
                                .octets(),
                        "[/192.0.2.9]"));
    }

    @ParameterizedTest
    @MethodSource("headers")
    @DisplayName("I238 both versions, LOCAL, and what may stand behind the addresses, in pieces of any size")
    void aHeaderTellsWhoTheClientIs(byte[] header, String client) {
        assertRead(header, client);
    }

    private static Stream<Arguments> noHeaders() {
        byte[] summed = TestHeader.of("192.0.2.9").summed().octets();
        byte[] wrong = summed.clone();
        wrong[wrong.length - 1] ^= 1;
        byte[] other = summed.clone();
        other[16] ^= 1;
        byte[] cut = TestHeader.of("192.0.2.9").tlv(1, new byte[8]).octets();
        cut[30] = 9;
        byte[] brief = Arrays.copyOf(TestHeader.of("192.0.2.9").octets(), 24);
        brief[15] = 8;
        return Stream.of(
                Arguments.of(BEHIND, "no PROXY header"),
                Arguments.of("\r\nx".getBytes(US_ASCII), "no PROXY header"),
                Arguments.of("PROXX".getBytes(US_ASCII), "no PROXY header"),
                Arguments.of(("PROXY TCP4 " + "9".repeat(200)).getBytes(US_ASCII), "more than 107 octets"),
                Arguments.of(TestHeader.line("PROXY TCP4 192.0.2.256 192.0.2.1 49153 25"), "a malformed PROXY header"),
                Arguments.of(TestHeader.line("PROXY TCP4 192.0.2.9"), "a malformed PROXY header"),
                Arguments.of(TestHeader.line("PROXY TCP4"), "a malformed PROXY header"),
                Arguments.of(TestHeader.line("PROXY "), "a malformed PROXY header"),
                Arguments.of(TestHeader.line("PROXY TCP4 2001:db8::9 192.0.2.1 1 2"), "a malformed PROXY header"),
                Arguments.of(TestHeader.of("192.0.2.9").command(0x11).octets(), "another version"),
                Arguments.of(TestHeader.of("192.0.2.9").command(0x22).octets(), "another version"),
                Arguments.of(TestHeader.of("192.0.2.9").family(0x55).octets(), "a malformed PROXY header"),
                Arguments.of(TestHeader.of("192.0.2.9").tlv(4, new byte[5000]).octets(), "more than 4096 octets"),
                Arguments.of(wrong, "checksum differs"),
                Arguments.of(other, "checksum differs"),
                Arguments.of(TestHeader.of("192.0.2.9").tlv(3, new byte[3]).octets(), "checksum differs"),
                Arguments.of(TestHeader.local().tlv(3, new byte[4]).octets(), "checksum differs"),
                Arguments.of(cut, "a malformed PROXY header"),
                Arguments.of(brief, "a malformed PROXY header"));
    }

    @ParameterizedTest
    @MethodSource("noHeaders")
    @DisplayName("I239 what is no header is known as early as can be, and nothing behind it is read")
    void whatIsNoHeaderIsRefused(byte[] octets, String reason) {
        for (int piece : List.of(octets.length, 5, 1)) {
            assertThat(read(octets, piece))
                    .as("pieces of %d", piece)
                    .startsWith("refused: ")
                    .contains(reason);
        }
        assertThat(read(TestHeader.joined(octets, BEHIND), 1000))
                .contains(reason)
                .doesNotContain(" | ");
    }

    @Test
    @DisplayName("I239 as long as it may become one it is waited for")
    void aPartOfAHeaderIsNothingYet() {
        byte[] line = TestHeader.line("PROXY TCP4 192.0.2.9 192.0.2.1 49153 25");
        byte[] binary = TestHeader.of("192.0.2.9").summed().octets();

        for (byte[] whole : List.of(line, binary)) {
            for (int end = 1; end < whole.length; end++) {
                assertThat(read(Arrays.copyOf(whole, end), 1000)).isEqualTo("nothing");
            }
        }
    }

    @Test
    @DisplayName("I239 a good header behind a bad one is none")
    void whatIsBehindABadHeaderIsNotReadAsAnother() {
        byte[] bad = TestHeader.line("PROXY TCP4 192.0.2.256 192.0.2.1 1 2");
        byte[] good = TestHeader.line("PROXY TCP4 192.0.2.9 192.0.2.1 1 2");

        assertThat(read(TestHeader.joined(bad, good), 1000)).isEqualTo("refused: a malformed PROXY header");
    }

    @Test
    void nothingThatCameStandsInTheReason() {
        assertThat(read(TestHeader.line("PROXY TCP4 evil evil 1 2"), 1000)).doesNotContain("evil");
    }
}
