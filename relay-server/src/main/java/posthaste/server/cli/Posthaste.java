package posthaste.server.cli;

import java.io.PrintWriter;
import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ParameterException;
import posthaste.server.CannotStart;
import posthaste.server.ConfigProblem;
import posthaste.server.ExitCode;

/** {@code posthaste}: finds the command that was typed. */
@Command(
        name = "posthaste",
        description = "A store-and-forward SMTP relay: 250 means on disk.",
        mixinStandardHelpOptions = true,
        versionProvider = VersionCommand.class,
        scope = CommandLine.ScopeType.INHERIT,
        synopsisSubcommandLabel = "COMMAND",
        subcommands = {
            ServeCommand.class,
            CheckCommand.class,
            SalvageCommand.class,
            UserCommand.class,
            VersionCommand.class
        },
        exitCodeOnInvalidInput = ExitCode.USAGE,
        exitCodeOnExecutionException = ExitCode.SOFTWARE)
public final class Posthaste implements Runnable {

    @CommandLine.Spec
    private CommandLine.Model.CommandSpec spec = CommandLine.Model.CommandSpec.create();

    private Posthaste() {}

    /** Runs the command; the exit code of the process. */
    public static int run(String[] arguments) {
        return commandLine().execute(arguments);
    }

    static CommandLine commandLine() {
        var line = new CommandLine(new Posthaste());
        line.setCaseInsensitiveEnumValuesAllowed(true);
        line.setParameterExceptionHandler(Posthaste::misused);
        line.setExecutionExceptionHandler((failure, command, parsed) -> failed(failure, command));
        return line;
    }

    /** No command at all. */
    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "a command is missing");
    }

    private static int misused(ParameterException misuse, String[] arguments) {
        PrintWriter err = misuse.getCommandLine().getErr();
        err.println("posthaste: " + misuse.getMessage());
        misuse.getCommandLine().usage(err);
        err.flush();
        return ExitCode.USAGE;
    }

    private static int failed(Exception failure, CommandLine command) throws Exception {
        if (!(failure instanceof CannotStart why)) throw failure;
        command.getErr().println("posthaste: " + why.sentence());
        command.getErr().flush();
        return why.exitCode();
    }

    /** One line per problem, and how many they are. */
    static int refuse(PrintWriter err, List<ConfigProblem> problems) {
        problems.forEach(err::println);
        err.println("posthaste: " + problems.size() + (problems.size() == 1 ? " problem" : " problems")
                + " in the configuration; mend what is named above (docs/configuration.md)");
        err.flush();
        return ExitCode.CONFIG;
    }
}
