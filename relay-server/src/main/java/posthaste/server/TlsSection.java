package posthaste.server;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import posthaste.server.smtp.AuthMode;
import posthaste.server.smtp.ListenerConfig;
import posthaste.server.smtp.TlsMode;
import posthaste.server.tls.ServerTls;
import posthaste.server.tls.TlsConfig;
import posthaste.server.tls.TlsProblem;

/** Reads {@code [tls]} and {@code [[tls.sni]]}, and looks whether the files can be used. */
final class TlsSection {
    private static final int NAMES_MAX = 1_000;
    private static final String MISSING = "missing; a certificate and its private-key are given together";
    private static final Path NO_PATH = Path.of("");

    private static final String WITHOUT_CERTIFICATE =
            "no effect, since there is no tls.certificate: give one with its tls.private-key, or leave this out";

    private final Section section;
    private final Section relay;

    TlsSection(Section root) {
        section = root.section("tls");
        relay = root.section("relay");
    }

    /**
     * @param listeners some of which may need a certificate
     * @param byCertificate what clients are known by
     */
    TlsConfig read(List<ListenerConfig> listeners, Set<String> byCertificate) {
        Optional<TlsConfig.KeyPair> main = keyPair(section);
        boolean tls12 = section.text("minimum-version", "1.2", true, TlsSection::isTls12);
        Optional<Path> authorities = section.optionalText("client-authorities", TlsSection::path);
        TlsConfig.Engine engine = section.text("engine", "auto", TlsConfig.Engine.AUTO, TlsSection::engine);
        List<TlsConfig.Named> names = names(section.sections("sni"));
        check(authorities, byCertificate);
        var config = new TlsConfig(main, names, tls12, !byCertificate.isEmpty(), authorities, engine);
        if (main.isEmpty() && section.isSound()) withoutCertificate(listeners, !names.isEmpty());
        if (section.isSound()) warn(main.isPresent(), byCertificate);
        if (section.isSound()) check(config);
        return config;
    }

    private void withoutCertificate(List<ListenerConfig> listeners, boolean named) {
        if (listeners.stream().anyMatch(each -> each.tls().compareTo(TlsMode.OPTIONAL) > 0)) {
            section.problem("certificate", "missing; a listener with tls \"required\" or \"implicit\" needs one");
        } else if (listeners.stream().anyMatch(TlsSection::isLoginInsideTlsAlone)) {
            section.problem(
                    "certificate",
                    "missing; at a listener with auth \"required\" nobody can log in without one: logins are taken inside"
                            + " TLS alone, unless it has allow-plaintext-auth = true");
        }
        if (named)
            section.problem("certificate", "missing; it is what clients see that ask for no name of [[tls.sni]]");
    }

    private static boolean isLoginInsideTlsAlone(ListenerConfig listener) {
        return listener.auth() == AuthMode.REQUIRED && listener.tls() == TlsMode.OPTIONAL && !listener.plaintextAuth();
    }

    /** What says who is let in, or how safe it is, and does nothing: somebody relies on it. */
    private void warn(boolean certificate, Set<String> byCertificate) {
        if (certificate) {
            if (section.has("client-authorities") && byCertificate.isEmpty())
                section.warning(
                        "client-authorities",
                        "no effect, since relay.client-certificates names nobody: name clients there, or leave this out");
            return;
        }
        for (String key : List.of("minimum-version", "client-authorities")) {
            if (section.has(key)) section.warning(key, WITHOUT_CERTIFICATE);
        }
        if (!byCertificate.isEmpty()) relay.warning("client-certificates", WITHOUT_CERTIFICATE);
    }

    private void check(Optional<Path> authorities, Set<String> byCertificate) {
        boolean named = byCertificate.stream().anyMatch(each -> each.contains("."));
        if (named && authorities.isEmpty()) {
            section.problem(
                    "client-authorities", "missing; names in relay.client-certificates mean nothing without it");
        }
    }

    private void check(TlsConfig config) {
        try {
            ServerTls.check(config);
        } catch (TlsProblem problem) {
            section.problem("certificate", String.valueOf(problem.getMessage()));
        }
    }

    private static Optional<TlsConfig.KeyPair> keyPair(Section from) {
        Optional<Path> certificate = from.optionalText("certificate", TlsSection::path);
        Optional<Path> key = from.optionalText("private-key", TlsSection::path);
        if (certificate.isPresent() != key.isPresent() && from.isSound()) {
            from.problem(certificate.isPresent() ? "private-key" : "certificate", MISSING);
        }
        if (certificate.isEmpty() || key.isEmpty()) return Optional.empty();
        return Optional.of(new TlsConfig.KeyPair(certificate.get(), key.get()));
    }

    private List<TlsConfig.Named> names(List<Section> sections) {
        if (sections.size() > NAMES_MAX) section.problem("sni", "at most " + NAMES_MAX + " names");
        List<TlsConfig.Named> names = new ArrayList<>();
        Set<String> seen = new HashSet<>();
        for (Section each : sections) {
            String name = each.text("name", "required", "", TlsSection::hostName);
            Optional<TlsConfig.KeyPair> keyPair = keyPair(each);
            if (!each.has("name")) each.problem("name", "missing; it is what a client asks for");
            if (!each.has("certificate") && !each.has("private-key")) each.problem("certificate", MISSING);
            if (!name.isEmpty() && !seen.add(name)) each.problem("name", "given twice; one certificate for each name");
            if (!name.isEmpty() && keyPair.isPresent()) names.add(new TlsConfig.Named(name, keyPair.get()));
        }
        return names;
    }

    private static String hostName(String text) {
        boolean wild = text.startsWith("*.");
        String domain = HostNames.domain(wild ? text.substring(2) : text).toLowerCase(Locale.ROOT);
        return wild ? "*." + domain : domain;
    }

    private static boolean isTls12(String text) {
        return switch (text) {
            case "1.2" -> true;
            case "1.3" -> false;
            default -> throw new IllegalArgumentException("expected \"1.2\" or \"1.3\"; older versions are not safe");
        };
    }

    private static TlsConfig.Engine engine(String text) {
        return switch (text) {
            case "auto" -> TlsConfig.Engine.AUTO;
            case "openssl" -> TlsConfig.Engine.OPENSSL;
            case "jdk" -> TlsConfig.Engine.JDK;
            default -> throw new IllegalArgumentException("expected \"auto\", \"openssl\" or \"jdk\"");
        };
    }

    private static Path path(String text) {
        try {
            Path path = Path.of(text);
            if (!path.equals(NO_PATH)) return path;
        } catch (InvalidPathException invalid) {
            // The sentence below is what there is to say.
        }
        throw new IllegalArgumentException(Section.shown(text) + " is no path of a file");
    }
}
