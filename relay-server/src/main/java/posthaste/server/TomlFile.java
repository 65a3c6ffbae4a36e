package posthaste.server;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Optional;
import org.tomlj.Toml;
import org.tomlj.TomlParseResult;
import org.tomlj.TomlTable;

/** A file of TOML, from its octets to its tables. */
final class TomlFile {
    /** Octets of a configuration. */
    static final int CONFIGURATION_MAX = 1 << 20;
    /** Octets of a file of users or aliases: room for as many as there may be. */
    static final int LIST_MAX = 16 << 20;

    private TomlFile() {}

    /**
     * The text of a file; empty, and a problem is noted, where it cannot be one of ours. Blocks.
     *
     * @param octetsMax {@link #CONFIGURATION_MAX} or {@link #LIST_MAX}
     * @throws IOException if it cannot be read
     */
    static Optional<String> read(Path file, int octetsMax, ConfigNotes notes) throws IOException {
        try (InputStream in = Files.newInputStream(file)) {
            byte[] octets = in.readNBytes(octetsMax + 1);
            if (octets.length <= octetsMax) return Optional.of(decoded(octets));
            notes.problem(
                    "longer than a configuration can be (%d MiB); is this the right file?".formatted(octetsMax >> 20));
        } catch (CharacterCodingException binary) {
            notes.problem("not UTF-8 text; write the configuration as TOML in UTF-8");
        }
        return Optional.empty();
    }

    /** @throws IllegalArgumentException for what is not the path of a file */
    static Path path(String text) {
        try {
            if (!text.isEmpty()) return Path.of(text);
        } catch (InvalidPathException wrong) {
            // Said below.
        }
        throw new IllegalArgumentException(Section.shown(text) + " is not the path of a file");
    }

    /** What makes something of a file. */
    interface Reader<T> {
        T read(ConfigNotes notes) throws IOException;
    }

    /** What is in a file that a key of the configuration names; its problems are among those of the configuration. Blocks. */
    static <T> T included(Section section, String key, Path file, Reader<T> reader, T fallback) {
        var notes = new ConfigNotes(file.toString());
        try {
            return reader.read(notes);
        } catch (IOException failure) {
            section.problem(
                    key,
                    "%s cannot be read: %s; make it readable for the user of the relay"
                            .formatted(Section.shown(file.toString()), reasonOf(failure)));
            return fallback;
        } finally {
            section.include(key, notes);
        }
    }

    private static String decoded(byte[] octets) throws CharacterCodingException {
        return UTF_8.newDecoder().decode(ByteBuffer.wrap(octets)).toString();
    }

    /** Why it could not be read, in words. */
    static String reasonOf(IOException failure) {
        if (failure instanceof NoSuchFileException) return "no such file";
        return failure instanceof AccessDeniedException ? "permission denied" : failure.toString();
    }

    /** Empty, and its problems are noted, where it is not TOML. */
    static Optional<TomlTable> parse(String toml, ConfigNotes notes) {
        try {
            TomlParseResult result = Toml.parse(toml);
            result.errors()
                    .forEach(error -> notes.problem(error.position(), "", syntax(String.valueOf(error.getMessage()))));
            return result.hasErrors() ? Optional.empty() : Optional.of(result);
        } catch (StackOverflowError | AssertionError | RuntimeException garbage) {
            // The parser of the library recurses, and fails unchecked (by its assertions, where they are on) on some
            // garbage.
            notes.problem("not TOML, or nested too deeply; see docs/configuration.md for what belongs here");
            return Optional.empty();
        }
    }

    private static String syntax(String error) {
        return error + " (strings need quotes, sizes and durations too; see docs/configuration.md)";
    }
}
