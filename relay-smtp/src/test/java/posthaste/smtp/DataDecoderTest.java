package posthaste.smtp;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DataDecoderTest {

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                ".<R><N> | ''",
                "a<R><N>.<R><N>                    | a<R><N>",
                "..a<R><N>...<R><N>.x<R><N>.<R><N> | .a<R><N>..<R><N>x<R><N>",
                "..<R><N>.<R><N>                   | .<R><N>",
                ". <R><N>.<R><N>                   | ' <R><N>'",
                "x<R><N> .<R><N>.<R><N>            | x<R><N> .<R><N>",
                "<R><N>.<R><N>                     | <R><N>",
                "a: b<R><N><R><N>c.d<R><N>.<R><N>  | a: b<R><N><R><N>c.d<R><N>",
            })
    void aMessageIsUnstuffedAndEndsAtItsDot(String wire, String content) {
        byte[] in = octets(lines(wire));

        assertEverySplit(in, lines(content), in.length);
    }

    /** The smuggling variants I122 to I132: each is content, and the message goes on to its real end. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "\n.\n",
                "\n.\r\n",
                "\r\n.\n",
                "\r.\r",
                "\r\n.\r",
                "\n.\r",
                "\r.\n",
                "\r.\r\n",
                "\r\r\n.\r\r\n",
                "\r\n\0.\r\n",
                "\r\n.\0\r\n",
                "\r\n. \r\n",
                "\r\n .\r\n",
                "\r\n.\r\r\n",
                "\n\n.\r\n",
                "\r\n.\n\r\n",
            })
    void nothingButTheRealEndEndsAMessage(String trick) {
        String before = "Subject: a\r\n\r\nbody";
        byte[] in = octets(before + trick + "MAIL FROM:<evil@a.test>\r\nQUIT\r\n.\r\nNOOP\r\n");
        Decoded whole = decode(in, in.length, in.length);

        assertThat(whole.consumed).isEqualTo(in.length - "NOOP\r\n".length());
        assertThat(whole.content)
                .contains("MAIL FROM:<evil@a.test>\r\nQUIT\r\n")
                .startsWith(before);
        assertEverySplit(in, whole.content, whole.consumed);
    }

    @ParameterizedTest
    @CsvSource({"a\\rb,true,false,false", "a\\nb,false,true,false", "a\\0b,false,false,true", "a\\tb,false,false,false"
    })
    void strayControlOctetsAreReported(String text, boolean bareCr, boolean bareLf, boolean nul) {
        String body = text.translateEscapes();
        for (int pad = 0; pad < 20; pad++) {
            byte[] in = octets("x".repeat(pad) + body + "\r\n.\r\n");
            for (int split = 0; split <= in.length; split++) {
                DataDecoder decoder = decode(in, split, in.length).decoder;

                assertThat(decoder.content().hasBareCr()).isEqualTo(bareCr);
                assertThat(decoder.content().hasBareLf()).isEqualTo(bareLf);
                assertThat(decoder.content().hasNul()).isEqualTo(nul);
            }
        }
    }

    @Test
    void pipelinedCommandsAreNotConsumed() {
        byte[] in = octets("x\r\n.\r\nQUIT\r\n");

        assertThat(decode(in, in.length, in.length).consumed).isEqualTo(6);
    }

    @Test
    void nothingIsConsumedBehindTheEnd() {
        byte[] in = octets(".\r\n.\r\n");
        DataDecoder decoder = new DataDecoder();
        int end = decoder.decode(in, 0, in.length, (array, offset, length) -> {});

        assertThat(end).isEqualTo(3);
        assertThat(decoder.decode(in, end, in.length, (array, offset, length) -> {}))
                .isEqualTo(3);
    }

    @Test
    void contentWithoutDotsIsOneRangeOfTheInput() {
        byte[] in = octets("a: b\r\n\r\n" + "a line of text\r\n".repeat(100) + ".\r\n");
        List<Integer> ranges = new ArrayList<>();

        new DataDecoder().decode(in, 0, in.length, (array, offset, length) -> {
            assertThat(array).isSameAs(in);
            ranges.add(offset);
            ranges.add(length);
        });

        assertThat(ranges).containsExactly(0, in.length - 3);
    }

    @ParameterizedTest
    @CsvSource({
        "'Received: a\\r\\nSubject: b\\r\\nRECEIVED: c\\r\\nreceived : d\\r\\n\\r\\nReceived: body\\r\\n',3",
        "'Received-SPF: a\\r\\nX-Received: b\\r\\nReceive: c\\r\\nReceivedd: d\\r\\n received: e\\r\\n\\r\\n',0",
        "'.Received: a\\r\\n\\r\\n',1",
        "'\\r\\nReceived: a\\r\\n',0",
        "'Received',0",
        "'Received:',1",
        "'X: a\\r\\n\\r\\r\\nReceived: b\\r\\n',1",
    })
    void onlyReceivedFieldsOfTheHeaderCount(String message, int expected) {
        byte[] in = octets(message.translateEscapes() + "\r\n.\r\n");
        for (int split = 0; split <= in.length; split++) {
            assertThat(decode(in, split, in.length).decoder.content().receivedFields())
                    .as("split at %d", split)
                    .isEqualTo(expected);
        }
    }

    @Test
    void octetsAbove127AreToldApartByHeaderAndBody() {
        for (int pad = 0; pad < 20; pad++) {
            String text = "x".repeat(pad);
            DataDecoder header = decodeWhole("S: " + text + "é\r\n\r\n" + text + "\r\n.\r\n");
            DataDecoder body = decodeWhole("S: " + text + "\r\n\r\n" + text + "é\r\n.\r\n");
            DataDecoder neither = decodeWhole("S: " + text + "\r\n\r\n" + text + "\r\n.\r\nNOOP é\r\n");

            assertThat(header.content().hasEightBitHeader()).isTrue();
            assertThat(header.content().hasEightBitBody()).isFalse();
            assertThat(body.content().hasEightBitHeader()).isFalse();
            assertThat(body.content().hasEightBitBody()).isTrue();
            assertThat(neither.content().hasEightBitHeader()).isFalse();
            assertThat(neither.content().hasEightBitBody()).isFalse();
        }
    }

    @ParameterizedTest
    @CsvSource({
        "'S: \\u00c3\\u00a9',true",
        "'S: \\u00c3\\u00a9\\u00e2\\u0082\\u00ac x',true",
        "'S: \\u00f0\\u009f\\u0098\\u0080',true",
        "'S: \\u00e9',false", // a charset of old
        "'S: \\u00c3',false",
        "'\\u00a9: x',false",
        "'S: \\u00c3x\\u00a9',false",
        "'S: \\u00ed\\u00a0\\u0080',false",
        "'S: plain',false"
    })
    void aHeaderInUtf8IsToldFromCharsetsOfOld(String escaped, boolean utf8) {
        StringBuilder field = new StringBuilder();
        for (int at = 0; at < escaped.length(); at++) {
            boolean escape = escaped.startsWith("\\u", at);
            field.append(escape ? (char) Integer.parseInt(escaped.substring(at + 2, at + 6), 16) : escaped.charAt(at));
            if (escape) at += 5;
        }
        byte[] in = octets(field + "\r\nT: y\r\n\r\nbody \u00e9\r\n.\r\n");
        for (int split = 0; split <= in.length; split++) {
            ContentInspection content = decode(in, split, in.length).decoder.content();

            assertThat(content.hasUtf8Header()).as("split at %d", split).isEqualTo(utf8);
            assertThat(content.hasEightBitHeader()).isEqualTo(!escaped.contains("plain"));
        }
    }

    @ParameterizedTest
    @CsvSource({
        "'a\\r\\nlonger\\r\\nb\\r\\n',6",
        "'\\r\\n',0",
        "'..dot\\r\\n',4",
        "'Received: x\\r\\n',11",
        "'a\\rb\\r\\n',3",
        "'no end',6"
    })
    void theLongestLineIsMeasuredWithoutItsEnd(String message, int octets) {
        byte[] in = octets(message.translateEscapes());
        for (int split = 0; split <= in.length; split++) {
            assertThat(decode(in, split, in.length).decoder.content().longestLine())
                    .as("split at %d", split)
                    .isEqualTo(octets);
        }
    }

    @Test
    void randomMessagesSurviveEncoderAndDecoderInRandomPieces() {
        Random random = new Random(821);
        for (int round = 0; round < 3000; round++) {
            String content = randomContent(random);
            byte[] wire = encode(random, octets(content));
            DataDecoder decoder = new DataDecoder();
            ByteArrayOutputStream out = new ByteArrayOutputStream();

            int at = 0;
            while (at < wire.length) {
                int to = Math.min(wire.length, at + 1 + random.nextInt(40));
                assertThat(decoder.decode(wire, at, to, out::write)).isEqualTo(to);
                at = to;
            }

            assertThat(decoder.isFinished()).isTrue();
            assertThat(out.toString(ISO_8859_1)).isEqualTo(content);
            assertThat(decoder.content().octets()).isEqualTo(content.length());
            assertThat(decoder.content().hasBareCr() || decoder.content().hasBareLf())
                    .isFalse();
        }
    }

    private static String randomContent(Random random) {
        String[] pieces = {".", "..", "\r\n", "\r\n", "a", "some text of a line", "Received: x", "é", ""};
        StringBuilder content = new StringBuilder();
        for (int i = random.nextInt(20); i > 0; i--) content.append(pieces[random.nextInt(pieces.length)]);
        return content.length() == 0 ? "" : content.append("\r\n").toString();
    }

    private static byte[] encode(Random random, byte[] content) {
        DataEncoder encoder = new DataEncoder();
        ByteArrayOutputStream wire = new ByteArrayOutputStream();
        int at = 0;
        while (at < content.length) {
            int to = Math.min(content.length, at + 1 + random.nextInt(30));
            wire.writeBytes(encoder.encode(Arrays.copyOfRange(content, at, to)));
            at = to;
        }
        wire.writeBytes(encoder.finish());
        return wire.toByteArray();
    }

    private static void assertEverySplit(byte[] in, String content, int consumed) {
        for (int first = 0; first <= in.length; first++) {
            for (int second = first; second <= in.length; second++) {
                Decoded decoded = decode(in, first, second);

                assertThat(decoded.decoder.isFinished()).isTrue();
                assertThat(decoded.consumed).isEqualTo(consumed);
                assertThat(decoded.content).as("split at %d, %d", first, second).isEqualTo(content);
                assertThat(decoded.decoder.content().octets()).isEqualTo(content.length());
            }
        }
        assertThat(decodeOneByOne(in)).isEqualTo(content);
    }

    private static DataDecoder decodeWhole(String wire) {
        byte[] in = octets(wire);
        return decode(in, in.length, in.length).decoder;
    }

    private record Decoded(DataDecoder decoder, String content, int consumed) {}

    private static Decoded decode(byte[] in, int first, int second) {
        DataDecoder decoder = new DataDecoder();
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        int consumed = decoder.decode(in, 0, first, out::write);
        if (consumed == first) consumed = decoder.decode(in, first, second, out::write);
        if (consumed == second) consumed = decoder.decode(in, second, in.length, out::write);
        return new Decoded(decoder, out.toString(ISO_8859_1), consumed);
    }

    private static String decodeOneByOne(byte[] in) {
        DataDecoder decoder = new DataDecoder();
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (int i = 0; i < in.length && !decoder.isFinished(); i++) decoder.decode(in, i, i + 1, out::write);
        return out.toString(ISO_8859_1);
    }

    private static String lines(String text) {
        return text.replace("<R><N>", "\r\n");
    }

    private static byte[] octets(String text) {
        return text.getBytes(ISO_8859_1);
    }
}
