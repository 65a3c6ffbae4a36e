package posthaste.server.cli;

import java.io.PrintWriter;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;
import posthaste.server.Version;

/** {@code posthaste version}. */
@Command(name = "version", description = "Shows the version, and that of Java.")
final class VersionCommand implements Runnable, IVersionProvider {

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Override
    public void run() {
        PrintWriter out = spec.commandLine().getOut();
        for (String line : getVersion()) out.println(line);
        out.flush();
    }

    /** Also what {@code --version} shows. */
    @Override
    public String[] getVersion() {
        return new String[] {"posthaste " + Version.current() + " (Java " + Runtime.version() + ")"};
    }
}
