package posthaste.server.proxy;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import java.io.ByteArrayOutputStream;

/** What comes where a PROXY header should. In every build the seeds in the resources run (docs/development.md). */
class ProxyFuzzTest {
    /**
     * @param told of the header
     * @param behind what went on to the others, each octet a character
     */
    private record Read(String told, String behind) {
        static Read of(byte[] input, int piece) {
            var receiver = new ReadHeader();
            var channel = new EmbeddedChannel();
            ProxyHeader.expect(channel.pipeline(), receiver);
            for (int from = 0; from < input.length && !receiver.toString().startsWith("refused"); from += piece) {
                channel.writeInbound(Unpooled.copiedBuffer(input, from, Math.min(piece, input.length - from)));
            }
            var behind = new ByteArrayOutputStream();
            for (ByteBuf buffer = channel.readInbound(); buffer != null; buffer = channel.readInbound()) {
                while (buffer.isReadable()) behind.write(buffer.readByte());
                buffer.release();
            }
            channel.checkException();
            channel.finishAndReleaseAll();
            return new Read(receiver.toString(), behind.toString(ISO_8859_1));
        }
    }

    @FuzzTest
    void aHeaderIsTheSameWhereverItIsSplit(byte[] input) {
        if (input.length == 0) return;
        Read whole = Read.of(input, input.length);

        assertThat(whole.told).doesNotContain(", ");
        boolean read = whole.told.startsWith("[");
        if (!read) assertThat(whole.behind).isEmpty();
        if (read) assertThat(new String(input, ISO_8859_1)).endsWith(whole.behind);
        for (int piece : new int[] {1, 3, 16}) {
            Read split = Read.of(input, piece);
            assertThat(split.told).as("pieces of %d", piece).isEqualTo(whole.told);
            assertThat(split.behind).as("pieces of %d", piece).isEqualTo(whole.behind);
        }
    }
}
