package posthaste.server.cli;

import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import posthaste.server.CannotStart;
import posthaste.server.ConfigReader;
import posthaste.server.ConfigReading;
import posthaste.server.Logging;
import posthaste.server.Serving;

/** {@code posthaste serve}: the relay itself, in the foreground. */
@Command(name = "serve", description = "Runs the relay in the foreground until SIGTERM or SIGINT.")
final class ServeCommand implements Callable<Integer> {

    @Option(
            names = "--config",
            paramLabel = "FILE",
            description = "the configuration; without it mail is taken on 127.0.0.1:2525 and kept in ./posthaste-data")
    private Optional<Path> config = Optional.empty();

    @Option(
            names = "--log-format",
            paramLabel = "text|json",
            description = "how lines on standard error look (default: text)")
    private Logging.Format format = Logging.Format.TEXT;

    @Option(names = "--verbose", description = "logs every step of every session and delivery")
    private boolean verbose;

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Override
    public Integer call() throws CannotStart {
        ConfigReading reading = config.map(ConfigReader::read).orElseGet(ConfigReader::defaults);
        if (reading instanceof ConfigReading.Usable usable) {
            try (Logging logging = Logging.start(format, verbose)) {
                return Serving.run(usable.config(), usable.warnings(), logging);
            }
        }
        return Posthaste.refuse(spec.commandLine().getErr(), ((ConfigReading.Refused) reading).problems());
    }
}
