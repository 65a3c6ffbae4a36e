package posthaste.bench.hostile;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import posthaste.bench.hostile.Target.Connection;

/** What a hostile client may do, each for a bounded time. What the relay does about it ends no attack early. */
public enum Attack {
    /** Connections that never say a word. */
    IDLE {
        @Override
        void run(Target target, Until until) {
            hold(target, until, target.scaled(5_000), connection -> {});
        }
    },
    /** The same behind a handshake. */
    IDLE_TLS {
        @Override
        void run(Target target, Until until) {
            hold(target, until, target.scaled(1_000), connection -> {
                connection.reply();
                connection.startTls(target.tls());
            });
        }
    },
    /** An octet now and then, in every phase of a session. */
    SLOW {
        @Override
        void run(Target target, Until until) {
            List<Connection> open = new ArrayList<>();
            try {
                int each = target.scaled(100);
                for (int i = 0; i < each && !until.isOver(); i++) {
                    for (String phase : PHASES) slow(target, until, phase).ifPresent(open::add);
                }
                while (!until.isOver()) {
                    open.removeIf(connection -> !drip(connection));
                    LockSupport.parkNanos(SLOW_PAUSE.toNanos());
                }
            } finally {
                open.forEach(Connection::close);
            }
        }

        private static Optional<Connection> slow(Target target, Until until, String phase) {
            return opened(target, until, connection -> {
                connection.reply();
                switch (phase) {
                    case SILENCE -> {}
                    case "STARTTLS" -> connection.command(phase);
                    case "AUTH PLAIN" -> {
                        connection.startTls(target.tls());
                        connection.command("EHLO slow.test");
                        connection.send(phase + "\r\n");
                    }
                    default ->
                        connection.send("EHLO slow.test\r\nMAIL FROM:<a@slow.test>\r\nRCPT TO:<postmaster>\r\n" + phase
                                + "\r\n");
                }
            });
        }

        private static boolean drip(Connection connection) {
            try {
                connection.send("x");
                return true;
            } catch (IOException closed) {
                connection.close();
                return false;
            }
        }
    },
    /** A command line of a megabyte. */
    LONG_LINE {
        @Override
        void run(Target target, Until until) {
            byte[] line = new byte[1 << 20];
            Arrays.fill(line, (byte) 'x');
            again(until, () -> {
                try (Connection connection = target.attack()) {
                    connection.reply();
                    connection.send(line);
                    connection.command("");
                }
            });
        }
    },
    /** A field of a hundred megabytes. */
    LONG_HEADER {
        @Override
        void run(Target target, Until until) {
            byte[] block = new byte[1 << 16];
            Arrays.fill(block, (byte) 'x');
            again(until, () -> {
                try (Connection connection = target.attack()) {
                    begin(connection);
                    connection.command("DATA");
                    connection.send("Subject: ");
                    for (int sent = 0; sent < 100 << 20 && !until.isOver(); sent += block.length)
                        connection.send(block);
                    connection.command("\r\n.");
                }
            });
        }
    },
    /** A hundred thousand recipients in one write. */
    RECIPIENTS {
        @Override
        void run(Target target, Until until) {
            String thousand = "RCPT TO:<someone@elsewhere.test>\r\n".repeat(1_000);
            again(until, () -> {
                try (Connection connection = target.attack()) {
                    begin(connection);
                    reading(connection);
                    for (int i = 0; i < 100 && !until.isOver(); i++) connection.send(thousand);
                }
            });
        }
    },
    /** A million commands whose answers nobody reads. */
    UNREAD {
        @Override
        void run(Target target, Until until) {
            byte[] thousand = "NOOP\r\nHELP\r\nVRFY a\r\n".repeat(334).getBytes(UTF_8);
            again(until, () -> unread(target, until, thousand));
        }

        private static void unread(Target target, Until until, byte[] commands) throws IOException {
            List<Thread> writers = new ArrayList<>();
            List<Connection> open = new ArrayList<>();
            try {
                for (int i = 0; i < 20; i++) {
                    Connection connection = target.attack();
                    open.add(connection);
                    writers.add(started(() -> {
                        for (int sent = 0; sent < 1_000; sent++) connection.send(commands);
                    }));
                }
                while (!until.isOver()) LockSupport.parkNanos(SLOW_PAUSE.toNanos());
            } finally {
                open.forEach(Connection::reset);
                for (Thread each : writers) attempt(() -> each.join(JOIN_MILLIS));
            }
        }
    },
    /** Connections that come and go as fast as they can, in order and by reset. */
    CHURN {
        @Override
        void run(Target target, Until until) {
            threads(until, 4, () -> {
                Connection connection = target.attack();
                if (RANDOM.nextBoolean()) connection.reset();
                else connection.close();
            });
        }
    },
    /** Handshakes, whole ones, such as stop in the middle, and such as are none. */
    HANDSHAKES {
        @Override
        void run(Target target, Until until) {
            threads(until, 4, () -> {
                try (Connection connection = target.attack()) {
                    connection.reply();
                    switch (RANDOM.nextInt(3)) {
                        case 0 -> connection.startTls(target.tls());
                        case 1 -> {
                            connection.command("STARTTLS");
                            connection.send(new byte[] {0x16, 3, 1, 2, 0, 1, 0, 1, (byte) 0xfc});
                        }
                        default -> {
                            connection.command("STARTTLS");
                            connection.send("this is no handshake\r\n".repeat(20));
                        }
                    }
                }
            });
        }
    },
    /** Passwords, of names that are made up, inside TLS. */
    GUESSES {
        @Override
        void run(Target target, Until until) {
            threads(until, 4, () -> {
                try (Connection connection = target.attack()) {
                    connection.reply();
                    connection.startTls(target.tls());
                    connection.command("EHLO guess.test");
                    int code = 535;
                    while (code == 535 && !until.isOver()) {
                        String response = "\0user" + RANDOM.nextInt(1_000) + "\0secret" + RANDOM.nextInt();
                        code = connection.command(
                                "AUTH PLAIN " + Base64.getEncoder().encodeToString(response.getBytes(UTF_8)));
                    }
                }
            });
        }
    },
    /** Ends of messages that are none, each before a message in somebody else's name. */
    SMUGGLING {
        @Override
        void run(Target target, Until until) {
            again(until, () -> {
                for (String end : FALSE_ENDS) {
                    if (!until.isOver()) smuggle(target, end);
                }
            });
        }

        private static void smuggle(Target target, String end) throws IOException {
            try (Connection connection = target.attack()) {
                begin(connection);
                connection.command("DATA");
                connection.send("Subject: x\r\n\r\nbody" + end
                        + "MAIL FROM:<evil@elsewhere.test>\r\nRCPT TO:<postmaster>\r\nDATA\r\nevil\r\n.\r\n");
                connection.reply();
                int next = connection.command("QUIT");
                if (next != QUIT_DONE && next != 0) SMUGGLED.incrementAndGet();
            }
        }
    },
    /** Octets without any sense. */
    GARBAGE {
        @Override
        void run(Target target, Until until) {
            threads(until, 4, () -> {
                byte[] octets = new byte[4_096];
                RANDOM.nextBytes(octets);
                try (Connection connection = target.attack()) {
                    connection.patience(Duration.ofMillis(200));
                    connection.send(octets);
                    connection.drain();
                }
            });
        }
    };

    private static final int QUIT_DONE = 221;
    private static final AtomicInteger SMUGGLED = new AtomicInteger();

    private static final Random RANDOM = new Random(2_026);
    private static final Duration SLOW_PAUSE = Duration.ofMillis(200);
    private static final long JOIN_MILLIS = 5_000;
    private static final String SILENCE = "";
    private static final String[] PHASES = {SILENCE, "STARTTLS", "MAI", "DATA", "BDAT 100000 LAST", "AUTH PLAIN"};

    private static final List<String> FALSE_ENDS = List.of(
            "\n.\n",
            "\n.\r\n",
            "\r\n.\n",
            "\r.\r",
            "\r\n.\r",
            "\n.\r",
            "\r.\n",
            "\r.\r\n",
            "\r\r\n.\r\r\n",
            "\r\n\0.\r\n",
            "\r\n.\0\r\n",
            "\r\n. \r\n",
            "\r\n .\r\n",
            "\r\n.\r\r\n",
            "\r\n..\r\n");

    /** When an attack is over. */
    record Until(long nanos) {
        static Until in(Duration time) {
            return new Until(System.nanoTime() + time.toNanos());
        }

        boolean isOver() {
            return System.nanoTime() - nanos >= 0;
        }
    }

    abstract void run(Target target, Until until);

    /** How often a message came out of another one. */
    static int smuggled() {
        return SMUGGLED.get();
    }

    String title() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    // ---- how they do it

    @FunctionalInterface
    private interface Step {
        void run() throws IOException, InterruptedException;
    }

    @FunctionalInterface
    private interface Prepared {
        void prepare(Connection connection) throws IOException;
    }

    /** What the relay does to an attacker is the relay's right: the attack goes on. */
    private static void attempt(Step step) {
        try {
            step.run();
        } catch (IOException refused) {
            LockSupport.parkNanos(Duration.ofMillis(1).toNanos());
        } catch (InterruptedException ended) {
            Thread.currentThread().interrupt();
        }
    }

    /** A connection that has come so far, tried again until one has; empty where the attack is over before. */
    private static Optional<Connection> opened(Target target, Until until, Prepared prepared) {
        while (!until.isOver()) {
            try {
                return Optional.of(opened(target, prepared));
            } catch (IOException refused) {
                LockSupport.parkNanos(Duration.ofMillis(5).toNanos());
            }
        }
        return Optional.empty();
    }

    private static Connection opened(Target target, Prepared prepared) throws IOException {
        Connection connection = target.attack();
        try {
            prepared.prepare(connection);
            return connection;
        } catch (IOException refused) {
            connection.close();
            throw refused;
        }
    }

    private static void again(Until until, Step step) {
        while (!until.isOver()) attempt(step);
    }

    private static void threads(Until until, int count, Step step) {
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < count; i++) threads.add(started(() -> again(until, step)));
        for (Thread each : threads) attempt(() -> each.join());
    }

    private static Thread started(Step step) {
        Thread thread = new Thread(() -> attempt(step), "attacker");
        thread.setDaemon(true);
        thread.start();
        return thread;
    }

    /** Ends with the connection. */
    private static void reading(Connection connection) {
        started(connection::drain);
    }

    private static void hold(Target target, Until until, int count, Prepared prepared) {
        List<Connection> open = new ArrayList<>();
        try {
            while (open.size() < count && !until.isOver()) {
                attempt(() -> {
                    Connection connection = target.attack();
                    open.add(connection);
                    prepared.prepare(connection);
                });
            }
            while (!until.isOver()) LockSupport.parkNanos(SLOW_PAUSE.toNanos());
        } finally {
            open.forEach(Connection::close);
        }
    }

    /** Up to the first recipient, whom anybody may write to. */
    private static void begin(Connection connection) throws IOException {
        connection.reply();
        connection.command("EHLO attacker.test");
        connection.command("MAIL FROM:<a@attacker.test>");
        connection.command("RCPT TO:<postmaster>");
    }
}
