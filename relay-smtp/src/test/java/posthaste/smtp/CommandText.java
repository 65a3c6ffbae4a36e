package posthaste.smtp;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** The line a command could have been read from; empty for a line that was refused. */
final class CommandText implements Command.Handler<Optional<String>> {

    @Override
    public Optional<String> helo(Command.Helo command) {
        return Optional.of("HELO " + command.domain());
    }

    @Override
    public Optional<String> ehlo(Command.Ehlo command) {
        return Optional.of("EHLO " + command.domain());
    }

    @Override
    public Optional<String> mail(Command.Mail command) {
        List<String> words = new ArrayList<>(List.of(command.verb() + " FROM:" + command.reversePath()));
        MailParameters parameters = command.parameters();
        parameters.size().ifPresent(size -> words.add("SIZE=" + size));
        words.add("BODY=" + parameters.body().keyword());
        if (parameters.smtpUtf8()) words.add("SMTPUTF8");
        if (parameters.returnContent() == ReturnContent.FULL) words.add("RET=FULL");
        if (parameters.returnContent() == ReturnContent.HEADERS) words.add("RET=HDRS");
        parameters.envelopeId().ifPresent(id -> words.add("ENVID=" + id));
        parameters.submitter().ifPresent(submitter -> words.add("AUTH=" + submitter));
        parameters.deliverBy().map(CommandText::by).ifPresent(words::add);
        parameters.futureRelease().map(CommandText::hold).ifPresent(words::add);
        parameters.priority().ifPresent(priority -> words.add("MT-PRIORITY=" + priority));
        if (parameters.requireTls()) words.add("REQUIRETLS");
        return Optional.of(String.join(" ", words));
    }

    private static String by(DeliverBy by) {
        String mode = by.mode() == DeliverBy.Mode.RETURN ? "R" : "N";
        return "BY=" + by.seconds() + ";" + mode + (by.trace() ? "T" : "");
    }

    private static String hold(FutureRelease release) {
        String request = release.request();
        int semicolon = request.indexOf(';');
        return "HOLD" + request.substring(0, semicolon).toUpperCase(Locale.ROOT) + "="
                + request.substring(semicolon + 1);
    }

    @Override
    public Optional<String> rcpt(Command.Rcpt command) {
        List<String> words = new ArrayList<>(List.of("RCPT TO:" + command.forwardPath()));
        Notify notify = command.parameters().notifyOn();
        List<String> events = new ArrayList<>();
        if ((notify.bits() & Notify.NEVER) != 0) events.add("NEVER");
        if ((notify.bits() & Notify.SUCCESS) != 0) events.add("SUCCESS");
        if ((notify.bits() & Notify.FAILURE) != 0) events.add("FAILURE");
        if ((notify.bits() & Notify.DELAY) != 0) events.add("DELAY");
        if (!events.isEmpty()) words.add("NOTIFY=" + String.join(",", events));
        command.parameters().originalRecipient().ifPresent(original -> words.add("ORCPT=" + original));
        return Optional.of(String.join(" ", words));
    }

    @Override
    public Optional<String> data(Command.Data command) {
        return Optional.of("DATA");
    }

    @Override
    public Optional<String> bdat(Command.Bdat command) {
        return Optional.of("BDAT " + command.octets() + (command.last() ? " LAST" : ""));
    }

    @Override
    public Optional<String> lostBdat(Command.LostBdat command) {
        return Optional.empty();
    }

    @Override
    public Optional<String> rset(Command.Rset command) {
        return Optional.of("RSET");
    }

    @Override
    public Optional<String> noop(Command.Noop command) {
        return Optional.of("NOOP");
    }

    @Override
    public Optional<String> help(Command.Help command) {
        return Optional.of("HELP " + command.topic().orElse(""));
    }

    @Override
    public Optional<String> vrfy(Command.Vrfy command) {
        return Optional.of("VRFY " + command.user() + (command.smtpUtf8() ? " SMTPUTF8" : ""));
    }

    @Override
    public Optional<String> expn(Command.Expn command) {
        return Optional.of("EXPN " + command.list() + (command.smtpUtf8() ? " SMTPUTF8" : ""));
    }

    @Override
    public Optional<String> etrn(Command.Etrn command) {
        String option = switch (command.scope()) {
            case DOMAIN -> "";
            case SUBDOMAINS -> "@";
            case QUEUE -> "#";
        };
        return Optional.of("ETRN " + option + command.node());
    }

    @Override
    public Optional<String> turn(Command.Turn command) {
        return Optional.of("TURN");
    }

    @Override
    public Optional<String> atrn(Command.Atrn command) {
        return Optional.of("ATRN " + String.join(",", command.domains()));
    }

    @Override
    public Optional<String> startTls(Command.StartTls command) {
        return Optional.of("STARTTLS");
    }

    @Override
    public Optional<String> auth(Command.Auth command) {
        return Optional.of("AUTH " + command.mechanism()
                + command.initialResponse().map(response -> " " + response).orElse(""));
    }

    @Override
    public Optional<String> xclient(Command.Xclient command) {
        return Optional.of("XCLIENT" + text(command.attributes(), true));
    }

    @Override
    public Optional<String> xforward(Command.Xforward command) {
        return Optional.of("XFORWARD" + text(command.attributes(), false));
    }

    private static String text(ClientAttributes attributes, boolean tagged) {
        var text = new StringBuilder();
        attributes.said().forEach((attribute, value) -> {
            text.append(' ').append(attribute).append('=');
            boolean address = attribute == ClientAttribute.ADDR || attribute == ClientAttribute.DESTADDR;
            if (tagged && address && value.filter(each -> each.contains(":")).isPresent()) text.append("IPV6:");
            if (value.isEmpty()) text.append("[UNAVAILABLE]");
            for (byte octet : value.orElse("").getBytes(UTF_8)) {
                boolean plain = octet > ' ' && octet < 0x7f && octet != '+' && octet != '=';
                text.append(plain ? "" + (char) octet : String.format("+%02X", octet));
            }
        });
        return text.toString();
    }

    @Override
    public Optional<String> quit(Command.Quit command) {
        return Optional.of("QUIT");
    }

    @Override
    public Optional<String> unimplemented(Command.Unimplemented command) {
        return Optional.of(command.verb());
    }

    @Override
    public Optional<String> foreign(Command.Foreign line) {
        return Optional.of("GET / HTTP/1.1");
    }

    @Override
    public Optional<String> malformed(Command.Malformed line) {
        return Optional.empty();
    }
}
