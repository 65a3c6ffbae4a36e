package posthaste.bench;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.nio.file.attribute.UserPrincipal;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;

/**
 * A private Postfix, tuned as one who knows it would for this load: everything in a directory of its own, started and
 * ended by its own {@code postfix -c}. Nothing that costs durability is turned off. Needs root and Debian's package.
 */
final class Postfix implements Contender {
    private static final Path POSTFIX = Path.of("/usr/sbin/postfix");
    private static final Duration COMMAND_LIMIT = Duration.ofSeconds(60);
    private static final Duration READY_LIMIT = Duration.ofSeconds(20);
    private static final int CONNECT_MILLIS = 1_000;

    private final Path configuration;
    private final InetSocketAddress smtp;
    private final long masterPid;
    private final String version;

    private Postfix(Path configuration, InetSocketAddress smtp, long masterPid, String version) {
        this.configuration = configuration;
        this.smtp = smtp;
        this.masterPid = masterPid;
        this.version = version;
    }

    /** Whether a Postfix can be started here. */
    static boolean isInstalled() {
        return Files.isExecutable(POSTFIX) && "root".equals(System.getProperty("user.name"));
    }

    static Postfix start(Path directory, Hops hops, Optional<KeyPair> keys) throws IOException, InterruptedException {
        if (!isInstalled()) {
            throw new IOException("Postfix is measured as root and from Debian's package: apt-get install postfix");
        }
        InetSocketAddress smtp = new InetSocketAddress(InetAddress.getLoopbackAddress(), freePort());
        Path configuration = prepare(directory, hops, smtp.getPort(), keys);
        postfix(configuration, "start");
        try {
            awaitGreeting(smtp, keys.isPresent());
            long master = Long.parseLong(
                    Files.readString(directory.resolve("queue/pid/master.pid")).trim());
            return new Postfix(configuration, smtp, master, version());
        } catch (IOException failure) {
            postfix(configuration, "stop");
            throw failure;
        }
    }

    private static Path prepare(Path directory, Hops hops, int port, Optional<KeyPair> keys) throws IOException {
        // Its processes run as another user and have to get there.
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
        Path configuration = Files.createDirectory(directory.resolve("etc"));
        Files.createDirectory(directory.resolve("queue"));
        Path data = Files.createDirectory(directory.resolve("data"));
        UserPrincipal owner =
                directory.getFileSystem().getUserPrincipalLookupService().lookupPrincipalByName("postfix");
        Files.setOwner(data, owner);
        RelayProcess.write(configuration.resolve("main.cf"), mainCf(directory, hops) + tls(keys));
        RelayProcess.write(configuration.resolve("master.cf"), masterCf(port, keys.isPresent()));
        hops.backlog()
                .ifPresent(hop -> RelayProcess.write(
                        configuration.resolve("transport"),
                        "." + Hops.BACKLOG_SUFFIX + " smtp:[127.0.0.1]:" + hop.getPort() + "\n"));
        return configuration;
    }

    private static String mainCf(Path directory, Hops hops) {
        String backlog = hops.backlog().isEmpty() ? "" : "transport_maps = texthash:" + directory + "/etc/transport\n";
        return """
                compatibility_level = 3.6
                queue_directory = %1$s/queue
                data_directory = %1$s/data
                myhostname = relay.test
                mydestination =
                local_recipient_maps =
                alias_maps =
                alias_database =
                inet_interfaces = 127.0.0.1
                inet_protocols = ipv4
                mynetworks = 127.0.0.0/8
                relayhost = [127.0.0.1]:%2$d
                %3$sbiff = no
                message_size_limit = 52428800
                default_process_limit = 250
                max_use = 100000
                in_flow_delay = 0
                hash_queue_depth = 2
                qmgr_message_active_limit = 100000
                qmgr_message_recipient_limit = 100000
                initial_destination_concurrency = 20
                smtp_destination_concurrency_limit = 20
                smtp_destination_concurrency_negative_feedback = 0
                smtp_destination_concurrency_failed_cohort_limit = 0
                smtp_connection_cache_on_demand = yes
                smtp_connection_cache_destinations = static:all
                smtp_connection_cache_time_limit = 10s
                smtp_connection_reuse_time_limit = 300s
                disable_dns_lookups = yes
                smtpd_peername_lookup = no
                smtpd_client_connection_count_limit = 0
                smtpd_client_connection_rate_limit = 0
                smtp_tls_security_level = none
                local_header_rewrite_clients =
                """.formatted(directory, hops.sink().getPort(), backlog);
    }

    /** The services that relaying needs, none in a chroot. */
    private static String masterCf(int port, boolean tls) {
        return """
                127.0.0.1:%d inet n - n - - smtpd%s
                pickup unix n - n 60 1 pickup
                cleanup unix n - n - 0 cleanup
                qmgr unix n - n 300 1 qmgr
                rewrite unix - - n - - trivial-rewrite
                bounce unix - - n - 0 bounce
                defer unix - - n - 0 bounce
                trace unix - - n - 0 bounce
                verify unix - - n - 1 verify
                flush unix n - n 1000? 0 flush
                proxymap unix - - n - - proxymap
                proxywrite unix - - n - 1 proxymap
                smtp unix - - n - - smtp
                relay unix - - n - - smtp
                showq unix n - n - - showq
                error unix - - n - - error
                retry unix - - n - - error
                discard unix - - n - - discard
                anvil unix - - n - 1 anvil
                scache unix - - n - 1 scache
                tlsmgr unix - - n 1000? 1 tlsmgr
                postlog unix-dgram n - n - 1 postlogd
                """.formatted(port, tls ? " -o smtpd_tls_wrappermode=yes" : "");
    }

    private static String tls(Optional<KeyPair> keys) {
        return keys.map(pair -> """
                smtpd_tls_security_level = encrypt
                smtpd_tls_cert_file = %s
                smtpd_tls_key_file = %s
                """.formatted(pair.certificate(), pair.key())).orElse("");
    }

    private static int freePort() throws IOException {
        try (ServerSocket probe = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return probe.getLocalPort();
        }
    }

    private static void postfix(Path configuration, String command) throws IOException {
        Tool tool = Tool.run(COMMAND_LIMIT, List.of(POSTFIX.toString(), "-c", configuration.toString(), command));
        if (tool.exit() != 0) throw new IOException("postfix " + command + ": " + tool.output());
    }

    private static void awaitGreeting(InetSocketAddress smtp, boolean tls) throws IOException, InterruptedException {
        long deadline = System.nanoTime() + READY_LIMIT.toNanos();
        while (true) {
            try (Socket socket = new Socket()) {
                socket.connect(smtp, CONNECT_MILLIS);
                socket.setSoTimeout(CONNECT_MILLIS);
                if (tls) return; // the client speaks first
                InputStream in = socket.getInputStream();
                if (in.read() == '2') return;
            } catch (IOException notYet) {
                if (System.nanoTime() > deadline) throw new IOException("Postfix did not greet at " + smtp, notYet);
            }
            Thread.sleep(50); // its processes are starting; bounded by the deadline
        }
    }

    private static String version() throws IOException {
        Tool tool = Tool.run(COMMAND_LIMIT, List.of("/usr/sbin/postconf", "-dh", "mail_version"));
        return tool.exit() == 0 ? tool.output().trim() : "of unknown version";
    }

    @Override
    public InetSocketAddress smtp() {
        return smtp;
    }

    @Override
    public ProcessUsage usage() {
        return ProcessUsage.ofTree(masterPid);
    }

    @Override
    public OptionalLong syncs() {
        return OptionalLong.empty();
    }

    /** Each queue file is synced once, before the 250 (its mail_stream). */
    @Override
    public OptionalDouble syncsByDesign() {
        return OptionalDouble.of(1);
    }

    @Override
    public OptionalLong heapAfterFullCollection() {
        return OptionalLong.empty();
    }

    @Override
    public String program() {
        return "Postfix " + version;
    }

    @Override
    public void close() throws IOException {
        postfix(configuration, "stop");
    }
}
