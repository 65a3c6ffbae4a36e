package posthaste.server.cli;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import posthaste.server.ConfigReader;
import posthaste.server.ConfigReading;
import posthaste.server.ExitCode;

/** {@code posthaste check}: reads the configuration and tells everything that is wrong with it. */
@Command(name = "check", description = "Reads the configuration and names every problem in it.")
final class CheckCommand implements Callable<Integer> {

    @Option(names = "--config", paramLabel = "FILE", required = true, description = "the configuration")
    private Path config = Path.of("");

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Override
    public Integer call() {
        PrintWriter err = spec.commandLine().getErr();
        ConfigReading reading = ConfigReader.read(config);
        reading.warnings().forEach(warning -> err.println("warning: " + warning));
        err.flush();
        if (reading instanceof ConfigReading.Refused refused) return Posthaste.refuse(err, refused.problems());
        spec.commandLine().getOut().println("ok");
        spec.commandLine().getOut().flush();
        return ExitCode.OK;
    }
}
