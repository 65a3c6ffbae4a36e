package posthaste.smtp;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * Whatever reads octets of a peer, fed with anything. In every build the seeds in the resources run; {@code deploy/fuzz}
 * looks for more (docs/development.md).
 */
class LanguageFuzzTest {
    @FuzzTest
    void aCommandReadsBackAsItself(byte[] line) {
        Command command = new CommandParser().parse(line, 0, line.length);

        assertClean(command.toString());
        command.accept(new CommandText())
                .ifPresent(text -> assertThat(parse(text)).as(text).isEqualTo(command));
    }

    @FuzzTest
    void anAddressThatIsTakenKeepsToTheRules(byte[] path) {
        byte[] line = new byte[path.length + 8];
        System.arraycopy("RCPT TO:".getBytes(UTF_8), 0, line, 0, 8);
        System.arraycopy(path, 0, line, 8, path.length);

        Command command = new CommandParser().parse(line, 0, line.length);

        if (!(command instanceof Command.Rcpt rcpt) || rcpt.forwardPath().isBarePostmaster()) return;
        Mailbox mailbox = rcpt.forwardPath().mailbox().orElseThrow();
        assertThat(mailbox.localPart().getBytes(UTF_8)).hasSizeBetween(1, PathReader.LOCAL_PART_MAX);
        assertThat(mailbox.domain().getBytes(UTF_8)).hasSizeBetween(1, PathReader.DOMAIN_MAX);
        assertThat(InternationalDomain.isAscii(mailbox.destination())).isTrue();
        assertThat(mailbox.destination()).isLowerCase().doesNotContainAnyWhitespaces();
        byte[] bare = mailbox.toString().getBytes(UTF_8);
        assertThat(PathReader.isMailbox(bare, 0, bare.length)).isTrue();
    }

    @FuzzTest
    void linesAreTheSameWhereverTheInputIsSplit(byte[] input) {
        List<String> whole = lines(input, input.length);

        for (int piece : new int[] {1, 2, 3, 7, input.length / 2 + 1}) {
            assertThat(lines(input, piece)).as("pieces of %d", piece).isEqualTo(whole);
        }
    }

    private static List<String> lines(byte[] input, int piece) {
        LineFramer framer = new LineFramer(64);
        List<String> found = new ArrayList<>();
        for (int from = 0; from < input.length; from += piece) {
            int to = Math.min(input.length, from + piece);
            for (int at = from; at < to; at = framer.position()) {
                LineFramer.Result result = framer.next(input, at, to);
                if (result == LineFramer.Result.INCOMPLETE) continue;
                boolean line = result == LineFramer.Result.LINE;
                found.add(line ? new String(framer.line(), framer.offset(), framer.length(), ISO_8859_1) : "" + result);
            }
        }
        found.add(Boolean.toString(framer.isInsideLine()));
        return found;
    }

    @FuzzTest
    void aMessageByDataIsTheSameWhereverItIsSplit(byte[] wire) {
        Message whole = data(wire, wire.length);

        for (int piece : new int[] {1, 2, 3, 9, wire.length / 2 + 1}) {
            assertThat(data(wire, piece)).as("pieces of %d", piece).isEqualTo(whole);
        }
        boolean ended = whole.finished && !whole.facts.bareLf();
        if (ended) assertThat(data(encode(whole.content), 5).content).isEqualTo(whole.content);
    }

    private static byte[] encode(String content) {
        DataEncoder encoder = new DataEncoder();
        ByteArrayOutputStream wire = new ByteArrayOutputStream();
        byte[] octets = content.getBytes(ISO_8859_1);
        int middle = octets.length / 2;
        wire.writeBytes(encoder.encode(Arrays.copyOfRange(octets, 0, middle)));
        wire.writeBytes(encoder.encode(Arrays.copyOfRange(octets, middle, octets.length)));
        wire.writeBytes(encoder.finish());
        return wire.toByteArray();
    }

    private static Message data(byte[] wire, int piece) {
        DataDecoder decoder = new DataDecoder();
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        int at = 0;
        while (at < wire.length && !decoder.isFinished()) {
            at = decoder.decode(wire, at, Math.min(wire.length, at + piece), out::write);
        }
        return new Message(out.toString(ISO_8859_1), decoder.isFinished(), at, ContentFacts.of(decoder.content()));
    }

    @FuzzTest
    void aMessageByBdatIsTheSameHoweverItIsChunked(byte[] content) {
        Message whole = chunks(content, Math.max(1, content.length), content.length);

        assertThat(whole.content).isEqualTo(new String(content, ISO_8859_1));
        for (int piece : new int[] {1, 2, 5, content.length / 2 + 1}) {
            assertThat(chunks(content, piece, 3)).as("chunks of %d", piece).isEqualTo(whole);
        }
    }

    private static Message chunks(byte[] content, int chunk, int piece) {
        ChunkDecoder decoder = new ChunkDecoder();
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        int at = 0;
        while (at < content.length) {
            decoder.begin(new Command.Bdat(Math.min(chunk, content.length - at), false));
            while (!decoder.isFinished()) {
                at = decoder.decode(content, at, Math.min(content.length, at + piece), out::write);
            }
        }
        decoder.begin(new Command.Bdat(0, true));
        return new Message(out.toString(ISO_8859_1), decoder.isFinished(), at, ContentFacts.of(decoder.content()));
    }

    @FuzzTest
    void whatIsNoReplyIsAnErrorAndNoMore(byte[] input) {
        List<String> whole = replies(input, input.length);

        for (int piece : new int[] {1, 2, 3, input.length / 2 + 1}) {
            assertThat(replies(input, piece)).as("pieces of %d", piece).isEqualTo(whole);
        }
    }

    private static List<String> replies(byte[] input, int piece) {
        ReplyParser parser = new ReplyParser();
        List<String> found = new ArrayList<>();
        for (int from = 0; from < input.length; from += piece) {
            int to = Math.min(input.length, from + piece);
            int at = from;
            while (at < to) {
                Optional<ReplyParser.Result> result = parser.next(input, at, to);
                if (result.isEmpty()) break;
                found.add(result.get().toString());
                if (result.get() instanceof ReplyParser.ProtocolError) return found;
                at = parser.position();
            }
        }
        found.forEach(LanguageFuzzTest::assertClean);
        return found;
    }

    private record Message(String content, boolean finished, int consumed, ContentFacts facts) {}

    private static Command parse(String text) {
        byte[] in = text.getBytes(UTF_8);
        return new CommandParser().parse(in, 0, in.length);
    }

    private static void assertClean(String text) {
        assertThat(text.chars().noneMatch(Character::isISOControl)).as(text).isTrue();
    }
}
