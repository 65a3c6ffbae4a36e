package posthaste.server;

import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.tomlj.TomlTable;

/**
 * Reads the configuration: one TOML file, whose every problem is found at once and told with line, column and remedy.
 * Keys and tables that belong to what this version cannot do are known, and refused unless they ask for nothing.
 */
public final class ConfigReader {
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
        reader.read(
                "listener = [{}]\ntls.sni = [{}]\nroute = [{}]\nalias = [{}]\nterminal = [{}]\nauth.user = [{}]\ngrant = [{}]\nfilter = [{}]");
        return reader.notes.defaults();
    }

    private Optional<String> content(Path file) {
        try {
            return TomlFile.read(file, TomlFile.CONFIGURATION_MAX, notes);
        } catch (NoSuchFileException missing) {
            notes.problem("no such file; give the path of the configuration with --config");
        } catch (IOException failure) {
            notes.problem(
                    "cannot be read: " + TomlFile.reasonOf(failure) + "; make it readable for the user of the relay");
        }
        return Optional.empty();
    }

    private ConfigReading read(String toml) {
        Optional<TomlTable> table = TomlFile.parse(toml, notes);
        if (table.isEmpty()) return refused();
        RelayConfig config = relay(Section.root(notes, table.get()));
        notes.finish();
        return notes.problems().isEmpty() ? new ConfigReading.Usable(config, notes.warnings()) : refused();
    }

    private ConfigReading refused() {
        return new ConfigReading.Refused(notes.problems(), notes.warnings());
    }

    private RelayConfig relay(Section root) {
        String hostname = hostname(root);
        var server = new ServerSections(root);
        var delivery = new DeliverySections(root, hostname);
        var queue = new QueueSection(root);
        var directory = new DirectorySections(root, hostname);
        var routes = delivery.routes();
        var bounce = delivery.bounce();
        var limits = server.limits();
        var listeners = server.listeners();
        var auth = new AuthSections(root).read();
        server.checkUsers(auth);
        var access = server.access(new GrantSections(root).read(auth));
        var tls = new TlsSection(root).read(listeners, access.clientCertificates());
        var addresses = directory.read(bounce.postmaster(), limits.recipients());
        return new RelayConfig(
                hostname,
                listeners,
                tls,
                access,
                auth,
                addresses.config(),
                addresses.file(),
                limits,
                new FilterSections(root).read(),
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
}
