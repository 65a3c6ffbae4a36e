package posthaste.peer;

import static java.nio.charset.StandardCharsets.UTF_8;

import jakarta.mail.Address;
import jakarta.mail.MessagingException;
import jakarta.mail.Session;
import jakarta.mail.Transport;
import jakarta.mail.internet.InternetAddress;
import jakarta.mail.internet.MimeMessage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Properties;
import java.util.Set;
import posthaste.peer.Errand.Wish;

/** The reference implementation of Jakarta Mail, in this process. Its transcript is what it says to its user. */
final class AngusMail implements RealClient {
    private static final Set<Wish> ABILITIES = EnumSet.of(Wish.SEVERAL, Wish.PART, Wish.DSN, Wish.UTF8, Wish.CHUNKING);

    @Override
    public void assumePresent() {
        // A dependency of the tests.
    }

    @Override
    public boolean can(Wish wish) {
        return ABILITIES.contains(wish);
    }

    @Override
    public Programs.Result send(Errand errand) throws IOException {
        var transcript = new ByteArrayOutputStream();
        Session session = Session.getInstance(properties(errand));
        session.setDebugOut(new PrintStream(transcript, true, UTF_8));
        session.setDebug(true);
        int exitCode = 0;
        try (Transport transport = session.getTransport("smtp")) {
            connect(transport, errand.access());
            for (Path message : errand.messages()) {
                try (InputStream in = Files.newInputStream(message)) {
                    transport.sendMessage(new MimeMessage(session, in), addresses(errand));
                }
            }
        } catch (MessagingException refused) {
            exitCode = 1;
        }
        return new Programs.Result(exitCode, transcript.toString(UTF_8));
    }

    private static void connect(Transport transport, Access access) throws MessagingException {
        if (access.isAuthenticated()) transport.connect(access.user(), access.secret());
        else transport.connect();
    }

    @Override
    public List<String> mechanisms() {
        return List.of("PLAIN", "LOGIN", "XOAUTH2");
    }

    private static Address[] addresses(Errand errand) throws MessagingException {
        return InternetAddress.parse(String.join(",", errand.recipients()), false);
    }

    private static Properties properties(Errand errand) throws IOException {
        var properties = new Properties();
        Access access = errand.access();
        if (access.isSecured()) {
            properties.put(
                    "mail.smtp.ssl.socketFactory",
                    TrustedBy.only(access.authority()).getSocketFactory());
            properties.put("mail.smtp.ssl.checkserveridentity", "false"); // it is told an address, not the name
            String way = access.way() == Access.Way.IMPLICIT ? "mail.smtp.ssl.enable" : "mail.smtp.starttls.required";
            properties.put(way, "true");
        }
        if (access.isAuthenticated()) {
            properties.put("mail.smtp.auth", "true");
            properties.put("mail.smtp.auth.mechanisms", access.mechanism());
            properties.put("mail.debug.auth", "true");
        }
        properties.put("mail.smtp.host", errand.host());
        properties.put("mail.smtp.port", errand.port());
        properties.put("mail.smtp.localhost", Errand.HELO);
        properties.put("mail.smtp.localaddress", errand.clientAddress());
        properties.put("mail.smtp.from", errand.from());
        properties.put("mail.smtp.sendpartial", "true");
        if (errand.wants(Wish.DSN)) {
            properties.put("mail.smtp.dsn.notify", "SUCCESS,FAILURE");
            properties.put("mail.smtp.dsn.ret", "HDRS");
        }
        if (errand.wants(Wish.UTF8)) properties.put("mail.mime.allowutf8", "true");
        if (errand.wants(Wish.CHUNKING)) properties.put("mail.smtp.chunksize", "1000");
        return properties;
    }

    @Override
    public String toString() {
        return "ANGUS_MAIL";
    }
}
