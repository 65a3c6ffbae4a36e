package posthaste.server.cli;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import posthaste.queue.QueueException;
import posthaste.queue.SalvageSummary;
import posthaste.queue.rocksdb.Salvage;
import posthaste.server.ConfigReader;
import posthaste.server.ConfigReading;
import posthaste.server.ExitCode;

/**
 * {@code posthaste salvage}: rescues what can be read of a damaged data directory into a new one. The report goes to
 * standard output, message by message as they are found.
 */
@Command(
        name = "salvage",
        description = "Rescues the mail of a damaged data directory into a new one, and tells what is missing. "
                + "The damaged one is only read. Exit code 0: nothing is missing; 1: something is.")
final class SalvageCommand implements Callable<Integer> {
    private static final int SOME_MISSING = 1;

    @Option(names = "--config", paramLabel = "FILE", description = "the configuration, for its data-dir")
    private Optional<Path> config = Optional.empty();

    @Option(names = "--data-dir", paramLabel = "DIR", description = "the damaged data directory, instead of --config")
    private Optional<Path> directory = Optional.empty();

    @Option(
            names = "--to",
            paramLabel = "NEWDIR",
            required = true,
            description = "the new data directory: missing or empty, with room for all the mail")
    private Path to = Path.of("");

    @Option(names = "--json", description = "one JSON object per line instead of text")
    private boolean json;

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Override
    public Integer call() {
        PrintWriter err = spec.commandLine().getErr();
        PrintWriter out = spec.commandLine().getOut();
        if (config.isPresent() == directory.isPresent()) {
            throw new ParameterException(spec.commandLine(), "one of --config and --data-dir is needed");
        }
        Optional<Path> from = directory;
        if (config.isPresent()) {
            ConfigReading reading = ConfigReader.read(config.get());
            if (reading instanceof ConfigReading.Refused refused) return Posthaste.refuse(err, refused.problems());
            from = Optional.of(((ConfigReading.Usable) reading).config().queue().directory());
        }
        SalvageReport report = json ? new SalvageReport.Json(out) : new SalvageReport.Text(out);
        try {
            SalvageSummary summary = Salvage.run(from.orElseThrow(), to, report);
            report.end(summary, to.toAbsolutePath().normalize());
            return summary.complete() ? ExitCode.OK : SOME_MISSING;
        } catch (QueueException.CannotOpen why) {
            err.println("posthaste: " + why.getMessage());
            return why.exitCode();
        } finally {
            out.flush();
            err.flush();
        }
    }
}
