package posthaste.server;

import posthaste.server.cli.Posthaste;

/** Where the process begins. */
public final class Main {

    private Main() {}

    /** @param arguments as typed behind {@code posthaste} */
    public static void main(String[] arguments) {
        // Libraries that log before a command sets up its own log must not write on standard output.
        Logging early = Logging.start(Logging.Format.TEXT, false);
        int exitCode = Posthaste.run(arguments);
        early.close();
        System.out.flush();
        System.err.flush();
        // Threads of a start that failed keep nobody waiting, and what libraries unpacked is removed.
        System.exit(exitCode);
    }
}
