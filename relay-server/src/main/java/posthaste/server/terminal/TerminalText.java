package posthaste.server.terminal;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.vertx.core.json.JsonObject;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.util.Base64;
import java.util.Locale;
import java.util.Optional;
import posthaste.smtp.Mailbox;

/** A message as terminals read it: one JSON object. */
public final class TerminalText {
    private TerminalText() {}

    /**
     * {@code id}, {@code verb}, {@code from} (empty for the null reverse-path), {@code to}, {@code receivedAt},
     * {@code content} and its {@code encoding}: {@code text}, or {@code base64} for what is no plain text in UTF-8.
     *
     * @param to the address whose terminal it is for: the others are none of its business (RFC 5321 §7.2)
     */
    public static JsonObject json(TerminalMessage message, Mailbox to) {
        Optional<String> text = text(message.content());
        return new JsonObject()
                .put("id", message.id())
                .put("verb", message.verb().name().toLowerCase(Locale.ROOT))
                .put("from", message.from().mailbox().map(Mailbox::toString).orElse(""))
                .put("to", to.toString())
                .put("receivedAt", message.receivedAt().toString())
                .put("encoding", text.isPresent() ? "text" : "base64")
                .put("content", text.orElseGet(() -> Base64.getEncoder().encodeToString(message.content())));
    }

    private static Optional<String> text(byte[] content) {
        try {
            String text = UTF_8.newDecoder().decode(ByteBuffer.wrap(content)).toString();
            return Optional.of(text).filter(read -> read.chars().noneMatch(TerminalText::isStrange));
        } catch (CharacterCodingException binary) {
            return Optional.empty();
        }
    }

    /** Control characters beside tab and line ends: they would swell the JSON, and what shows them raw. */
    private static boolean isStrange(int c) {
        return (c < ' ' && c != '\t' && c != '\r' && c != '\n') || (c >= 0x7f && c < 0xa0);
    }
}
