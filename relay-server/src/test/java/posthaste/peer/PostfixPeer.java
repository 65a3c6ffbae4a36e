package posthaste.peer;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;

/**
 * A real Postfix with directories and a port of its own, beside any other on the machine: takes mail for some domains
 * and keeps it as files. Its own changes of content are switched off as far as it can: what remains are four fields on
 * top, which {@link Arrived} takes off. Needs root. One owner thread.
 */
final class PostfixPeer implements AutoCloseable {
    /** What is delivered belongs to nobody. */
    private static final int MAIL_OWNER = 65_534;

    private static final Duration START_LIMIT = Duration.ofSeconds(30);
    private static final long POLL_MILLIS = 20;

    private static final String MASTER_CF = """
            127.0.0.1:%d inet n - n - - smtpd
            cleanup   unix  n - n - 0 cleanup
            qmgr      unix  n - n 300 1 qmgr
            rewrite   unix  - - n - - trivial-rewrite
            bounce    unix  - - n - 0 bounce
            defer     unix  - - n - 0 bounce
            trace     unix  - - n - 0 bounce
            proxymap  unix  - - n - - proxymap
            error     unix  - - n - - error
            retry     unix  - - n - - error
            virtual   unix  - n n - - virtual
            anvil     unix  - - n - 1 anvil
            postlog   unix-dgram n - n - 1 postlogd
            """;

    private static final String MAIN_CF = """
            compatibility_level = 3.6
            queue_directory = %1$s/queue
            data_directory = %1$s/data
            maillog_file = %1$s/postfix.log
            maillog_file_prefixes = %1$s
            myhostname = mx.peer.example
            inet_interfaces = 127.0.0.1
            inet_protocols = ipv4
            mynetworks =
            mydestination =
            local_recipient_maps =
            alias_maps =
            alias_database =
            virtual_mailbox_domains = %2$s
            virtual_mailbox_base = %1$s/mail
            virtual_mailbox_maps = static:inbox/
            virtual_uid_maps = static:%3$d
            virtual_gid_maps = static:%3$d
            virtual_mailbox_limit = 0
            smtpd_relay_restrictions = reject_unauth_destination
            smtpd_recipient_restrictions = check_policy_service inet:127.0.0.1:%4$d
            message_size_limit = 104857600
            header_size_limit = 4194304
            hopcount_limit = 200
            local_header_rewrite_clients =
            remote_header_rewrite_domain =
            message_drop_headers =
            smtpd_peername_lookup = no
            smtpd_client_connection_count_limit = 0
            smtpd_client_connection_rate_limit = 0
            smtpd_tls_security_level = none
            smtpd_hard_error_limit = 1000
            smtpd_error_sleep_time = 0
            in_flow_delay = 0
            queue_minfree = 0
            notify_classes =
            biff = no
            """;

    private final Path directory;
    private final int port;
    private final PostfixPolicy policy;
    private final Map<Path, Arrived> read = new HashMap<>();

    private PostfixPeer(Path directory, int port, PostfixPolicy policy) {
        this.directory = directory;
        this.port = port;
        this.policy = policy;
    }

    /** Starts Postfix and waits until it greets; it takes any recipient in {@code domains}. */
    static PostfixPeer start(String... domains) throws IOException, InterruptedException {
        Path directory = Files.createTempDirectory(
                "postfix-peer", PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwxr-xr-x")));
        var postfix = new PostfixPeer(directory, freePort(), PostfixPolicy.start());
        postfix.configure(String.join(" ", domains));
        postfix.resume();
        return postfix;
    }

    /** Starts it again behind {@link #pause}, on the same port. */
    void resume() throws IOException, InterruptedException {
        Programs.run("postfix", "-c", etc(), "start").orFail();
        await(this::greets, START_LIMIT, "greeting");
    }

    /** Stops it: connections are refused until {@link #resume}. */
    void pause() throws IOException {
        Programs.run("postfix", "-c", etc(), "stop").orFail();
    }

    private void configure(String domains) throws IOException {
        for (String each : List.of("etc", "queue", "data", "mail")) Files.createDirectory(directory.resolve(each));
        Path data = directory.resolve("data");
        Files.setOwner(
                data, data.getFileSystem().getUserPrincipalLookupService().lookupPrincipalByName("postfix"));
        Files.setPosixFilePermissions(directory.resolve("mail"), PosixFilePermissions.fromString("rwxrwxrwx"));
        Files.writeString(Path.of(etc(), "master.cf"), MASTER_CF.formatted(port));
        Files.writeString(Path.of(etc(), "main.cf"), MAIN_CF.formatted(directory, domains, MAIL_OWNER, policy.port()));
    }

    private String etc() {
        return directory.resolve("etc").toString();
    }

    /** Postfix cannot say which port it got, so it is given one that was free a moment ago. */
    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    private boolean greets() {
        try (Socket socket = new Socket()) {
            socket.connect(address(), 1000);
            socket.setSoTimeout(5000);
            return socket.getInputStream().read() == '2';
        } catch (IOException notYet) {
            return false;
        }
    }

    InetSocketAddress address() {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
    }

    PostfixPolicy policy() {
        return policy;
    }

    /** Waits until a message for {@code recipient} has arrived. */
    Arrived awaitMessageFor(String recipient, Duration limit) throws InterruptedException {
        return awaitMessagesFor(recipient, 1, limit).get(0);
    }

    /** Waits until {@code count} messages for {@code recipient} have arrived; all that are there then. */
    List<Arrived> awaitMessagesFor(String recipient, int count, Duration limit) throws InterruptedException {
        await(() -> arrivedFor(recipient).size() >= count, limit, count + " messages for " + recipient);
        return arrivedFor(recipient);
    }

    /** What has arrived for {@code recipient} up to now. */
    List<Arrived> arrivedFor(String recipient) {
        return arrived().stream()
                .filter(each -> each.recipient().equals(recipient))
                .toList();
    }

    /** Everything that has arrived up to now, in the order of the file names. */
    List<Arrived> arrived() {
        Path inbox = directory.resolve("mail/inbox/new");
        if (!Files.isDirectory(inbox)) return List.of();
        try (Stream<Path> files = Files.list(inbox)) {
            var all = new ArrayList<Arrived>();
            for (Path file : files.sorted().toList()) {
                if (!read.containsKey(file)) read.put(file, Arrived.of(Files.readAllBytes(file)));
                all.add(read.get(file));
            }
            return all;
        } catch (IOException failure) {
            throw new AssertionError(failure);
        }
    }

    private void await(BooleanSupplier condition, Duration limit, String what) throws InterruptedException {
        long end = System.nanoTime() + limit.toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() - end > 0) throw new AssertionError("no " + what + " within " + limit + "\n" + log());
            Thread.sleep(POLL_MILLIS);
        }
    }

    /** The last lines of its log. */
    String log() {
        try {
            String log = new String(Files.readAllBytes(directory.resolve("postfix.log")), UTF_8);
            return log.substring(Math.max(0, log.length() - 4000));
        } catch (IOException none) {
            return "no log of Postfix: " + none;
        }
    }

    @Override
    public void close() throws IOException {
        Programs.run("postfix", "-c", etc(), "stop");
        policy.close();
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path each : files.sorted(Comparator.reverseOrder()).toList()) Files.deleteIfExists(each);
        }
    }

    /**
     * A message as Postfix keeps it, LF line ends.
     *
     * @param recipient the address of RCPT
     * @param raw with the fields that Postfix puts on top
     */
    @SuppressWarnings("ArrayRecordComponent") // compared by its bytes, in the tests
    record Arrived(String recipient, byte[] raw) {
        private static final List<String> FINAL_FIELDS = List.of("return-path:", "x-original-to:", "delivered-to:");

        static Arrived of(byte[] raw) {
            String text = new String(raw, ISO_8859_1);
            int from = text.indexOf("X-Original-To: ") + "X-Original-To: ".length();
            return new Arrived(text.substring(from, text.indexOf('\n', from)), raw);
        }

        /** The reverse-path, with angle brackets. */
        String reversePath() {
            String text = new String(raw, ISO_8859_1);
            return text.substring("Return-Path: ".length(), text.indexOf('\n'));
        }

        /** The message as the relay sent it: without what Postfix put on top, CRLF line ends. */
        byte[] asSent() {
            String text = new String(raw, ISO_8859_1);
            int at = 0;
            while (FINAL_FIELDS.contains(nameAt(text, at))) at = fieldEnd(text, at);
            if (!nameAt(text, at).equals("received:"))
                throw new AssertionError("no Received field of Postfix:\n" + text);
            return text.substring(fieldEnd(text, at)).replace("\n", "\r\n").getBytes(ISO_8859_1);
        }

        /** The Received field that the relay put on top of the message, unfolded. */
        String traceField() {
            String sent = new String(asSent(), ISO_8859_1).replace("\r\n", "\n");
            return sent.substring(0, fieldEnd(sent, 0)).replace("\n", "").replaceAll("\\s+", " ");
        }

        /** The message as it was handed in, if the relay added its Received field and nothing else. */
        byte[] content() {
            String sent = new String(asSent(), ISO_8859_1).replace("\r\n", "\n");
            if (!nameAt(sent, 0).equals("received:"))
                throw new AssertionError("no Received field of the relay:\n" + sent);
            return sent.substring(fieldEnd(sent, 0)).replace("\n", "\r\n").getBytes(ISO_8859_1);
        }

        private static String nameAt(String text, int at) {
            int colon = text.indexOf(':', at);
            return colon < 0 ? "" : text.substring(at, colon + 1).toLowerCase(java.util.Locale.ROOT);
        }

        private static int fieldEnd(String text, int from) {
            int end = text.indexOf('\n', from) + 1;
            while (end < text.length() && (text.charAt(end) == ' ' || text.charAt(end) == '\t')) {
                end = text.indexOf('\n', end) + 1;
            }
            return end;
        }
    }
}
