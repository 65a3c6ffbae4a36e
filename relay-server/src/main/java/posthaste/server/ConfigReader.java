package posthaste.server;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.tomlj.Toml;
import org.tomlj.TomlParseResult;
import org.tomlj.TomlTable;

/**
 * Reads the configuration: one TOML file, whose every problem is found at once and told with line, column and remedy.
 * Keys and tables that belong to what this version cannot do are known, and refused unless they ask for nothing.
 */
public final class ConfigReader {
    private static final int FILE_BYTES_MAX = 1 << 20;
    private static final String NO_FILE = "(defaults)";

    private final ConfigNotes notes;
    private final Supplier<String> systemName;

    private ConfigReader(String file, Supplier<String> systemName) {
        this.notes = new ConfigNotes(file);
        this.systemName = systemName;
    }

    /** Reads a file. Blocks. */
    public static ConfigReading read(Path file) {
        var reader = new ConfigReader(file.toString(), HostNames::ofThisMachine);
        return reader.content(file).map(reader::read).orElseGet(reader::refused);
    }

    /** The configuration that stands where there is no file. */
    public static ConfigReading defaults() {
        ConfigReading reading = new ConfigReader(NO_FILE, HostNames::ofThisMachine).read("");
        // What a file ought to say is no news to somebody who has none.
        var advice = new ConfigProblem(NO_FILE, 0, 0, "", "no --config FILE: only this machine may hand in mail");
        return reading instanceof ConfigReading.Usable usable
                ? new ConfigReading.Usable(usable.config(), List.of(advice))
                : reading;
    }

    /** @param file its name in problems */
    static ConfigReading read(String file, String toml, String systemName) {
        return new ConfigReader(file, () -> systemName).read(toml);
    }

    /** Every key that can be written, with its default as one writes it, for a file that holds each kind of table. */
    static Map<String, String> keys() {
        var reader = new ConfigReader(NO_FILE, () -> "localhost");
        reader.read("listener = [{}]\ntls.sni = [{}]\nroute = [{}]\nalias = [{}]\nterminal = [{}]");
        return reader.notes.defaults();
    }

    private Optional<String> content(Path file) {
        try (InputStream in = Files.newInputStream(file)) {
            byte[] octets = in.readNBytes(FILE_BYTES_MAX + 1);
            if (octets.length <= FILE_BYTES_MAX) return Optional.of(decoded(octets));
            notes.problem("longer than a configuration can be (1 MiB); is this the right file?");
        } catch (NoSuchFileException missing) {
            notes.problem("no such file; give the path of the configuration with --config");
        } catch (CharacterCodingException binary) {
            notes.problem("not UTF-8 text; write the configuration as TOML in UTF-8");
        } catch (IOException failure) {
            notes.problem("cannot be read: " + reasonOf(failure) + "; make it readable for the user of the relay");
        }
        return Optional.empty();
    }

    private static String decoded(byte[] octets) throws CharacterCodingException {
        return UTF_8.newDecoder().decode(ByteBuffer.wrap(octets)).toString();
    }

    private static String reasonOf(IOException failure) {
        return failure instanceof AccessDeniedException ? "permission denied" : failure.toString();
    }

    private ConfigReading read(String toml) {
        Optional<TomlTable> table = parsed(toml);
        if (table.isEmpty()) return refused();
        RelayConfig config = relay(Section.root(notes, table.get()));
        notes.finish();
        return notes.problems().isEmpty() ? new ConfigReading.Usable(config, notes.warnings()) : refused();
    }

    private ConfigReading refused() {
        return new ConfigReading.Refused(notes.problems(), notes.warnings());
    }

    private Optional<TomlTable> parsed(String toml) {
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

    private RelayConfig relay(Section root) {
        String hostname = hostname(root);
        var server = new ServerSections(root);
        var delivery = new DeliverySections(root, hostname);
        var queue = new QueueSection(root);
        var directory = new DirectorySections(root, hostname);
        refuseWhatIsNotThereYet(root);
        var routes = delivery.routes();
        var bounce = delivery.bounce();
        var limits = server.limits();
        var listeners = server.listeners();
        var access = server.access();
        var tls = new TlsSection(root).read(listeners, access.clientCertificates());
        return new RelayConfig(
                hostname,
                listeners,
                tls,
                access,
                directory.read(bounce.postmaster(), limits.recipients()),
                limits,
                new TerminalSections(root).read(),
                server.eventLoops(),
                queue.read(),
                delivery.read(routes, bounce),
                server.admin());
    }

    private String hostname(Section root) {
        String standIn = root.has("hostname") ? "hostname.invalid" : systemName.get();
        String hostname = root.text("hostname", "the name of the machine", standIn, HostNames::domain);
        if (!hostname.contains(".")) {
            root.warning("hostname", Section.shown(hostname) + " has no dot: many servers refuse such a name in EHLO");
        }
        return hostname;
    }

    private static void refuseWhatIsNotThereYet(Section root) {
        root.absent("auth", "AUTH (users and OAuth)");
        root.absent("grant", "TURN and ATRN (grants)");
    }
}
