package posthaste.server.smtp;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import posthaste.queue.MessageId;

/** What a header lacks is put in front of it, wherever the pieces end. */
class HeaderCompletionTest {
    private static final HeaderCompletion.Fields FIELDS =
            HeaderCompletion.Fields.of(new MessageId(7), "relay.test", "Tue, 24 Nov 2026 10:00:00 +0000");
    private static final String DATE = "Date: Tue, 24 Nov 2026 10:00:00 +0000\r\n";
    private static final String ID = "Message-ID: <" + new MessageId(7) + "@relay.test>\r\n";

    private static String completed(String message, int piece) {
        byte[] octets = message.getBytes(ISO_8859_1);
        var out = new ByteArrayOutputStream();
        var completion = new HeaderCompletion(FIELDS, out::write);
        for (int from = 0; from < octets.length; from += piece) {
            completion.content(octets, from, Math.min(piece, octets.length - from));
        }
        completion.complete();
        return out.toString(ISO_8859_1);
    }

    private static Stream<Arguments> messages() {
        return Stream.of(
                Arguments.of("Subject: x\r\n\r\nHi\r\n", DATE + ID),
                Arguments.of("Subject: x\r\nDate: then\r\n\r\nMessage-ID: <body>\r\n", ID),
                Arguments.of("MESSAGE-id: <a@b>\r\nSubject: x\r\n\r\nDate: body\r\n", DATE),
                Arguments.of("date : then\r\nMessage-Id\t:<a@b>\r\n\r\n", ""),
                Arguments.of("Subject: folded\r\n Date: no field\r\n\r\n", DATE + ID),
                Arguments.of("Dates: x\r\nX-Date: y\r\nDate x\r\nMessage-ID: <a@b>\r\n", DATE + ID),
                Arguments.of("\r\nDate: body\r\n", DATE + ID),
                Arguments.of(" Date: begins folded\r\n", DATE + ID),
                Arguments.of("Date: then\r\nMessage-ID: <a@b>", ""),
                Arguments.of("Date: then", ID),
                Arguments.of("No header\r\nDate: body\r\n", DATE + ID),
                Arguments.of(": nameless\r\nDate: body\r\n", DATE + ID),
                Arguments.of("", DATE + ID));
    }

    @ParameterizedTest
    @MethodSource("messages")
    @DisplayName("I111 Date and Message-ID, where they are missing")
    void whatIsMissingIsPutInFront(String message, String added) {
        for (int piece = 1; piece <= message.length() + 1; piece++) {
            assertThat(completed(message, piece)).isEqualTo(added + message);
        }
    }

    @Test
    void aHeaderThatIsTooLongStaysAsItIs() {
        String atTheBound = "X: " + "x".repeat(HeaderCompletion.HEADER_MAX - 7) + "\r\n\r\n";
        String beyond = "X: " + "x".repeat(HeaderCompletion.HEADER_MAX - 6) + "\r\n\r\nbody\r\n";
        String large = "X: x\r\n\r\n" + "y".repeat(3 * HeaderCompletion.HEADER_MAX);

        for (int piece : new int[] {1000, 8192, 500_000}) {
            assertThat(completed(atTheBound, piece)).isEqualTo(DATE + ID + atTheBound);
            assertThat(completed(beyond, piece)).isEqualTo(beyond);
            assertThat(completed(large, piece)).isEqualTo(DATE + ID + large);
        }
    }
}
