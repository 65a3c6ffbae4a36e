package posthaste.peer;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.stream.Stream;

/**
 * Messages in all their ugliness: the files of {@code resources/corpus}, octet by octet as a client sends them before
 * dot-stuffing, and large ones that are made when they are needed.
 */
final class Corpus {
    /** Base64 of MIME: 76 characters a line (RFC 2045 §6.8). */
    private static final int BASE64_LINE = 76;

    private Corpus() {}

    /** @param name the file's name without .eml; fits a local-part */
    @SuppressWarnings("ArrayRecordComponent") // never compared as a record
    record Entry(String name, byte[] content) {
        /** What a mailbox gets: DATA has no way to say that the last line has no end (RFC 5321 §4.1.1.4). */
        byte[] relayed() {
            boolean ended = content.length == 0 || new String(content, ISO_8859_1).endsWith("\r\n");
            return ended ? content : concat(content, "\r\n".getBytes(US_ASCII));
        }

        /**
         * Whether text stands where the header ought to: Postfix then puts a blank line behind the fields above it,
         * which it takes for the whole header.
         */
        boolean lacksHeader() {
            return name.startsWith("noheader-");
        }

        /** Whether blanks stand before the colon of its fields: Postfix takes them off. */
        boolean hasObsoleteFields() {
            return name.startsWith("obsolete-");
        }

        @Override
        public String toString() {
            return name;
        }
    }

    /** Those that a relay takes and hands on unchanged. */
    static List<Entry> accepted() {
        return files("accepted");
    }

    /** Those that it must not take: NUL, bare CR, bare LF, a loop. */
    static List<Entry> refused() {
        return files("refused");
    }

    private static List<Entry> files(String directory) {
        URL url = Objects.requireNonNull(Corpus.class.getResource("/corpus/" + directory), directory);
        try (Stream<Path> files = Files.list(Path.of(url.toURI()))) {
            var entries = new ArrayList<Entry>();
            for (Path file : files.sorted().toList()) {
                String name = file.getFileName().toString().replace(".eml", "");
                entries.add(new Entry(name, Files.readAllBytes(file)));
            }
            return entries;
        } catch (IOException | URISyntaxException failure) {
            throw new AssertionError(failure);
        }
    }

    /** A message with an attachment of {@code octets} random octets in base64. */
    static Entry withAttachment(int octets) {
        var random = new Random(octets);
        byte[] attachment = new byte[octets];
        random.nextBytes(attachment);
        var message = new ByteArrayOutputStream(octets * 3 / 2 + 1000);
        message.writeBytes(crlf("""
                From: alice@sender.example
                To: bob@example.net
                Subject: an attachment of %1$d octets
                MIME-Version: 1.0
                Content-Type: multipart/mixed; boundary="=_%1$d"

                --=_%1$d
                Content-Type: text/plain; charset=utf-8

                See the attachment.
                --=_%1$d
                Content-Type: application/octet-stream; name="data.bin"
                Content-Transfer-Encoding: base64

                """.formatted(octets)));
        message.writeBytes(
                Base64.getMimeEncoder(BASE64_LINE, new byte[] {'\r', '\n'}).encode(attachment));
        message.writeBytes(crlf("\n--=_%d--\n".formatted(octets)));
        return new Entry("attachment-" + octets, message.toByteArray());
    }

    /** A plain message whose content has exactly this size, at least 200 octets. */
    static Entry ofSize(int octets) {
        var message = new ByteArrayOutputStream(octets);
        message.writeBytes(crlf("From: alice@sender.example\nSubject: %d octets in all\n\n".formatted(octets)));
        byte[] line = ("." + "0123456789".repeat(7) + "\r\n").getBytes(US_ASCII);
        while (octets - message.size() > 2 * line.length) message.writeBytes(line);
        message.writeBytes(("x".repeat(octets - message.size() - 2) + "\r\n").getBytes(US_ASCII));
        return new Entry("size-" + octets, message.toByteArray());
    }

    static byte[] crlf(String text) {
        return text.replace("\n", "\r\n").getBytes(US_ASCII);
    }

    static byte[] concat(byte[] head, byte[] tail) {
        var both = new ByteArrayOutputStream(head.length + tail.length);
        both.writeBytes(head);
        both.writeBytes(tail);
        return both.toByteArray();
    }
}
