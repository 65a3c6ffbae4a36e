package posthaste.peer;

import java.io.IOException;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Assumptions;
import posthaste.peer.Errand.Wish;

/** Clients that are programs, by the names of their Debian packages but for the two that are libraries. */
enum ClientProgram implements RealClient {
    /** Ends the last line itself, ended or not, and takes a dot alone there for the end of the message. */
    SWAKS("swaks") {
        @Override
        Set<Wish> abilities() {
            return EnumSet.of(Wish.PART, Wish.PIPELINING);
        }

        @Override
        List<String> command(Errand errand) throws IOException {
            var command = new ArrayList<>(List.of("swaks", "--server", errand.host(), "--port", errand.port()));
            command.addAll(List.of("--local-interface", errand.clientAddress(), "--helo", Errand.HELO));
            command.addAll(List.of("--from", errand.from(), "--to", String.join(",", errand.recipients())));
            command.addAll(List.of("--data", "@" + unfinished(errand.messages().get(0))));
            if (errand.wants(Wish.PIPELINING)) command.add("--pipeline");
            command.addAll(access(errand.access()));
            return command;
        }

        private List<String> access(Access access) {
            List<String> options = new ArrayList<>();
            if (access.isSecured()) {
                options.add(access.way() == Access.Way.IMPLICIT ? "--tls-on-connect" : "--tls");
                options.addAll(List.of(
                        "--tls-verify", "--tls-ca-path", access.authority().toString()));
            }
            if (access.isAuthenticated()) {
                options.addAll(List.of("--auth", access.mechanism(), "--auth-user", access.user()));
                options.addAll(List.of("--auth-password", access.secret()));
            }
            return options;
        }

        @Override
        public List<String> mechanisms() {
            return List.of("PLAIN", "LOGIN");
        }
    },
    CURL("curl") {
        @Override
        Set<Wish> abilities() {
            return EnumSet.of(Wish.SEVERAL, Wish.PART, Wish.SIZE);
        }

        @Override
        List<String> command(Errand errand) {
            var command = new ArrayList<>(List.of("curl"));
            for (Path message : errand.messages()) {
                if (command.size() > 1) command.add("--next");
                command.addAll(List.of("-sSv", "--interface", errand.clientAddress(), "--mail-rcpt-allowfails"));
                String scheme = errand.access().way() == Access.Way.IMPLICIT ? "smtps" : "smtp";
                String host = errand.access().isSecured() ? RelayUnderTest.HOSTNAME : errand.host();
                command.addAll(List.of("--url", "%s://%s:%s/%s".formatted(scheme, host, errand.port(), Errand.HELO)));
                command.addAll(access(errand));
                command.addAll(List.of("--mail-from", errand.from(), "--upload-file", message.toString()));
                for (String each : errand.recipients()) command.addAll(List.of("--mail-rcpt", each));
            }
            return command;
        }

        private List<String> access(Errand errand) {
            List<String> options = new ArrayList<>();
            Access access = errand.access();
            if (access.isSecured()) {
                options.addAll(
                        List.of("--ssl-reqd", "--cacert", access.authority().toString(), "--resolve"));
                options.add(RelayUnderTest.HOSTNAME + ":" + errand.port() + ":" + errand.host());
            }
            if (access.isToken()) {
                options.addAll(List.of("--oauth2-bearer", access.secret(), "--user", access.user() + ":"));
            } else if (access.isAuthenticated()) {
                options.addAll(List.of("--user", access.user() + ":" + access.secret()));
            }
            if (access.isAuthenticated()) options.addAll(List.of("--login-options", "AUTH=" + access.mechanism()));
            return options;
        }

        @Override
        public List<String> mechanisms() {
            return List.of("PLAIN", "LOGIN", "OAUTHBEARER", "XOAUTH2");
        }
    },
    MSMTP("msmtp") {
        @Override
        Set<Wish> abilities() {
            return EnumSet.of(Wish.DSN);
        }

        @Override
        List<String> command(Errand errand) {
            var command = new ArrayList<>(List.of("msmtp", "--file=/dev/null"));
            command.addAll(access(errand.access()));
            command.addAll(List.of("--host=" + errand.host(), "--port=" + errand.port(), "--domain=" + Errand.HELO));
            command.addAll(List.of("--source-ip=" + errand.clientAddress(), "--from=" + errand.from()));
            if (errand.wants(Wish.DSN)) {
                command.addAll(List.of("--dsn-notify=success,failure", "--dsn-return=hdrs"));
            }
            command.addAll(errand.recipients());
            return command;
        }

        private List<String> access(Access access) {
            List<String> options = new ArrayList<>();
            options.add(access.isSecured() ? "--tls=on" : "--tls=off");
            if (access.isSecured()) {
                options.add("--tls-starttls=" + (access.way() == Access.Way.STARTTLS ? "on" : "off"));
                options.add("--tls-trust-file=" + access.authority());
                options.add("--tls-host-override=" + RelayUnderTest.HOSTNAME);
            }
            if (!access.isAuthenticated()) {
                options.add("--auth=off");
                return options;
            }
            options.add("--auth=" + access.mechanism().toLowerCase(Locale.ROOT));
            options.add("--user=" + access.user());
            options.add("--passwordeval=printf %s '" + access.secret() + "'");
            return options;
        }

        @Override
        public List<String> mechanisms() {
            return List.of("PLAIN", "LOGIN", "SCRAM-SHA-256", "OAUTHBEARER", "XOAUTH2");
        }

        @Override
        Path input(Errand errand) {
            return errand.messages().get(0);
        }
    },
    SMTPLIB("python3") {
        @Override
        Set<Wish> abilities() {
            return EnumSet.of(Wish.SEVERAL, Wish.PART, Wish.SIZE, Wish.DSN, Wish.UTF8);
        }

        @Override
        List<String> command(Errand errand) {
            return script("python3", "send_with_smtplib.py", errand);
        }

        @Override
        public List<String> mechanisms() {
            return List.of("PLAIN", "LOGIN", "XOAUTH2");
        }
    },
    /** From its Debian package, whose directory not every build of Node.js looks into. It tells no size with MAIL. */
    NODEMAILER("node") {
        @Override
        Set<Wish> abilities() {
            return EnumSet.of(Wish.SEVERAL, Wish.PART, Wish.DSN, Wish.UTF8);
        }

        @Override
        List<String> command(Errand errand) {
            return script("node", "send_with_nodemailer.js", errand);
        }

        @Override
        public List<String> mechanisms() {
            return List.of("PLAIN", "LOGIN", "XOAUTH2");
        }

        @Override
        public void assumePresent() {
            super.assumePresent();
            boolean installed = Files.isDirectory(Path.of(NODE_LIBRARIES, "nodemailer"));
            Assumptions.assumeTrue(installed, "not installed: node-nodemailer");
        }
    };

    private static final String NODE_LIBRARIES = "/usr/share/nodejs";
    private static final Path NO_INPUT = Path.of("/dev/null");
    /** What is said to a user in one language is what the tests read; no rc file of that user changes a client. */
    private static final Map<String, String> ENVIRONMENT =
            Map.of("LC_ALL", "C.UTF-8", "HOME", "/nonexistent", "NODE_PATH", NODE_LIBRARIES);

    private final String program;

    ClientProgram(String program) {
        this.program = program;
    }

    abstract Set<Wish> abilities();

    abstract List<String> command(Errand errand) throws IOException;

    /** What it reads from standard input. */
    Path input(Errand errand) {
        return NO_INPUT;
    }

    @Override
    public void assumePresent() {
        Programs.assumePresent(program);
    }

    @Override
    public boolean can(Wish wish) {
        return abilities().contains(wish);
    }

    @Override
    public Programs.Result send(Errand errand) throws IOException {
        return Programs.run(environment(errand.access()), command(errand), input(errand));
    }

    /** What the scripts are told this way is seen by no other user of the machine. */
    private static Map<String, String> environment(Access access) {
        Map<String, String> all = new HashMap<>(ENVIRONMENT);
        all.put("WAY", access.way().name());
        all.put("MECHANISM", access.mechanism());
        all.put("LOGIN_USER", access.user());
        all.put("LOGIN_SECRET", access.secret());
        all.put("AUTHORITY", access.authority().toString());
        all.put("SERVER_NAME", RelayUnderTest.HOSTNAME);
        return all;
    }

    private static Path unfinished(Path message) throws IOException {
        byte[] content = Files.readAllBytes(message);
        Path unfinished = message.resolveSibling(message.getFileName() + ".unfinished");
        return Files.write(unfinished, Arrays.copyOf(content, content.length - "\r\n".length()));
    }

    private static List<String> script(String interpreter, String name, Errand errand) {
        var command = new ArrayList<>(List.of(interpreter, resource(name)));
        command.addAll(List.of(errand.host(), errand.port(), errand.clientAddress(), errand.from()));
        command.add(String.join(",", errand.recipients()));
        command.add(errand.wishes().stream().map(Wish::name).collect(Collectors.joining(",")));
        errand.messages().forEach(message -> command.add(message.toString()));
        return command;
    }

    private static String resource(String name) {
        URL url = Objects.requireNonNull(ClientProgram.class.getResource("/clients/" + name), name);
        try {
            return Path.of(url.toURI()).toString();
        } catch (URISyntaxException failure) {
            throw new AssertionError(failure);
        }
    }
}
