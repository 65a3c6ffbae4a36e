package posthaste.server.tls;

import io.netty.buffer.ByteBufAllocator;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.OpenSsl;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import io.netty.handler.ssl.SupportedCipherSuiteFilter;
import io.netty.util.DomainWildcardMappingBuilder;
import io.netty.util.IllegalReferenceCountException;
import io.netty.util.Mapping;
import io.netty.util.ReferenceCountUtil;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import javax.net.ssl.SSLException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The certificates that clients are shown, and handshakes with them. Read anew by {@link #reload}: connections that are
 * open keep theirs, every handshake from then on has the new ones, whether by STARTTLS or at once. Thread-safe.
 */
public final class ServerTls {
    private static final Logger LOG = LoggerFactory.getLogger(ServerTls.class);

    /** Whoever renews by hand wants to know so long before. */
    private static final Duration SOON = Duration.ofDays(14);

    /** Authenticated encryption with forward secrecy alone (RFC 9325 §4.2); those of TLS 1.3 first. */
    private static final List<String> CIPHERS = List.of(
            "TLS_AES_256_GCM_SHA384",
            "TLS_AES_128_GCM_SHA256",
            "TLS_CHACHA20_POLY1305_SHA256",
            "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384",
            "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256",
            "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256",
            "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384",
            "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
            "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256");

    static {
        // A client could have the server work for it as often as it likes; BoringSSL refuses by itself. Read by the JDK
        // once.
        String renegotiation = "jdk.tls.rejectClientInitiatedRenegotiation";
        if (System.getProperty(renegotiation) == null) System.setProperty(renegotiation, "true");
    }

    /** What was read at one time. */
    record Loaded(
            Mapping<String, SslContext> byName,
            Map<SslContext, Shown> shown,
            Optional<Authorities> authorities,
            boolean named) {}

    private final TlsConfig config;
    private volatile Optional<Loaded> loaded;

    private ServerTls(TlsConfig config, Optional<Loaded> loaded) {
        this.config = config;
        this.loaded = loaded;
    }

    /** No certificate, no TLS. */
    public static ServerTls none() {
        return new ServerTls(TlsConfig.NONE, Optional.empty());
    }

    /** Reads the certificates. Blocks. */
    public static ServerTls read(TlsConfig config) throws TlsProblem {
        var tls = new ServerTls(config, load(config));
        tls.announce("read");
        return tls;
    }

    /** Looks whether every file can be used, and does no more. Blocks. */
    public static void check(TlsConfig config) throws TlsProblem {
        if (config.certificate().isPresent())
            credentials(config, config.certificate().get());
        for (TlsConfig.Named each : config.names()) credentials(config, each.keyPair());
        if (config.clientAuthorities().isPresent())
            Authorities.read(config.clientAuthorities().get());
        if (config.engine() == TlsConfig.Engine.OPENSSL && !OpenSsl.isAvailable()) {
            throw new TlsProblem("engine: OpenSSL cannot be loaded here; write engine = \"auto\" or \"jdk\"");
        }
    }

    /** Every file that is read. */
    public List<Path> files() {
        List<Path> files = new ArrayList<>();
        config.certificate().ifPresent(each -> files.addAll(List.of(each.certificate(), each.privateKey())));
        config.names()
                .forEach(each -> files.addAll(
                        List.of(each.keyPair().certificate(), each.keyPair().privateKey())));
        config.clientAuthorities().ifPresent(files::add);
        return files;
    }

    /** Whether there is a certificate to show. */
    public boolean isOffered() {
        return loaded.isPresent();
    }

    /**
     * Reads the certificates again; where one of them cannot be used all stay as they were. Blocks.
     *
     * @throws TlsProblem that says which, and why
     */
    public synchronized void reload() throws TlsProblem {
        Optional<Loaded> fresh = load(config);
        Optional<Loaded> old = loaded;
        loaded = fresh;
        // Engines hold on to their context, so those that are at work are not harmed.
        old.ifPresent(before -> before.shown().keySet().forEach(ReferenceCountUtil::release));
        announce("read again");
    }

    /** One line for the log, and a warning where a certificate ends soon. */
    private void announce(String what) {
        Optional<Instant> ends = expires();
        if (ends.isEmpty()) return;
        LOG.info("certificates {}, TLS by {}; the first of them ends at {}", what, engineOf(config), ends.get());
        if (ends.get().isBefore(Instant.now().plus(SOON))) {
            LOG.warn("a certificate ends at {}: renew it, it is read as soon as the file has changed", ends.get());
        }
    }

    /** When the first of the certificates ends; empty where there is none. */
    public Optional<Instant> expires() {
        return loaded.flatMap(now -> now.shown().values().stream()
                .map(each -> each.certificate().getNotAfter().toInstant())
                .min(Comparator.naturalOrder()));
    }

    /**
     * Begins one handshake.
     *
     * @throws IllegalStateException where TLS is not offered
     */
    public Handshake begin(ByteBufAllocator allocator) {
        try {
            return new Handshake(this, allocator);
        } catch (IllegalReferenceCountException replaced) {
            return new Handshake(
                    this, allocator); // they were read again between two of its lines, and the new ones are there now
        }
    }

    /** What is shown at this moment. */
    Loaded current() {
        return loaded.orElseThrow(() -> new IllegalStateException("no certificate"));
    }

    private static Optional<Loaded> load(TlsConfig config) throws TlsProblem {
        if (config.certificate().isEmpty()) return Optional.empty();
        Optional<Authorities> authorities = config.clientAuthorities().isPresent()
                ? Optional.of(Authorities.read(config.clientAuthorities().get()))
                : Optional.empty();
        Map<SslContext, Shown> shown = new HashMap<>();
        List<SslContext> made = new ArrayList<>();
        try {
            SslContext main = context(config, config.certificate().get(), shown);
            made.add(main);
            var byName = new DomainWildcardMappingBuilder<>(main);
            for (TlsConfig.Named each : config.names()) {
                SslContext context = context(config, each.keyPair(), shown);
                made.add(context);
                byName.add(each.name(), context);
            }
            return Optional.of(new Loaded(
                    byName.build(), shown, authorities, !config.names().isEmpty()));
        } catch (TlsProblem problem) {
            made.forEach(ReferenceCountUtil::release);
            throw problem;
        }
    }

    private static SslContext context(TlsConfig config, TlsConfig.KeyPair files, Map<SslContext, Shown> shown)
            throws TlsProblem {
        Credentials credentials = credentials(config, files);
        try {
            SslContext context = SslContextBuilder.forServer(credentials.key(), credentials.chain())
                    .sslProvider(provider(config.engine()))
                    .protocols(config.tls12() ? List.of("TLSv1.3", "TLSv1.2") : List.of("TLSv1.3"))
                    .ciphers(CIPHERS, SupportedCipherSuiteFilter.INSTANCE)
                    .clientAuth(config.clientCertificates() ? ClientAuth.OPTIONAL : ClientAuth.NONE)
                    .trustManager(JudgedLater.INSTANCE)
                    .build();
            shown.put(context, Shown.of(credentials.chain().get(0)));
            return context;
        } catch (SSLException unusable) {
            throw new TlsProblem(files.certificate() + " cannot be used: " + unusable.getMessage());
        }
    }

    private static Credentials credentials(TlsConfig config, TlsConfig.KeyPair files) throws TlsProblem {
        Credentials credentials = Credentials.read(files);
        if (!credentials.isForJdkAlone() || provider(config.engine()) == SslProvider.JDK) return credentials;
        throw new TlsProblem(files.privateKey() + " is an Ed25519 key, with which OpenSSL ends every handshake;"
                + " use one of RSA or EC, or write engine = \"jdk\"");
    }

    private static SslProvider provider(TlsConfig.Engine engine) {
        boolean openSsl =
                engine == TlsConfig.Engine.OPENSSL || (engine == TlsConfig.Engine.AUTO && OpenSsl.isAvailable());
        return openSsl ? SslProvider.OPENSSL_REFCNT : SslProvider.JDK;
    }

    /** Which engine {@code config} comes to on this machine: {@code BoringSSL} or {@code JDK}. */
    private static String engineOf(TlsConfig config) {
        return provider(config.engine()) == SslProvider.JDK ? "JDK" : String.valueOf(OpenSsl.versionString());
    }
}
