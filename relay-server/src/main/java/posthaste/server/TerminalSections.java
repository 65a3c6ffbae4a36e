package posthaste.server;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.List;
import java.util.Optional;
import posthaste.server.policy.MailboxText;
import posthaste.server.terminal.TerminalsConfig;
import posthaste.server.terminal.TerminalsConfig.WebhookConfig;
import posthaste.server.terminal.WebhookToken;
import posthaste.smtp.Mailbox;

/** Reads where users take messages at once: {@code [terminals]}, {@code [[terminal]]}. */
final class TerminalSections {
    private static final int WEBHOOKS_MAX = 1_000;
    private static final long MESSAGE_SIZE_MIN = 1 << 10;
    private static final long MESSAGE_SIZE_MAX = 1 << 20;
    /** What stands for one that is wrong. */
    private static final WebhookConfig NONE =
            new WebhookConfig(new Mailbox("nobody", "invalid"), URI.create("http://localhost/"), Optional.empty());

    private final Section root;

    TerminalSections(Section root) {
        this.root = root;
    }

    TerminalsConfig read() {
        Section section = root.section("terminals");
        TerminalsConfig fallback = TerminalsConfig.DEFAULT;
        boolean enabled = section.flag("enabled", fallback.enabled());
        long messageSize = section.size("message-size", MESSAGE_SIZE_MIN, MESSAGE_SIZE_MAX, fallback.messageSize());
        List<Section> sections = root.sections("terminal");
        if (sections.size() > WEBHOOKS_MAX) root.problem("terminal", "at most " + WEBHOOKS_MAX + " webhooks");
        if (!enabled && !sections.isEmpty()) {
            section.warning("enabled", "false: no [[terminal]] is used");
        }
        List<WebhookConfig> webhooks = sections.stream()
                .limit(WEBHOOKS_MAX)
                .map(TerminalSections::webhook)
                .toList();
        return new TerminalsConfig(enabled, (int) messageSize, webhooks);
    }

    private static WebhookConfig webhook(Section section) {
        Mailbox address = section.text("address", "required", NONE.address(), TerminalSections::mailbox);
        URI url = section.text("url", "required", NONE.url(), TerminalSections::url);
        for (String key : List.of("address", "url")) {
            if (!section.has(key)) section.problem(key, "missing; each [[terminal]] has an address and a url");
        }
        Optional<WebhookToken> token = section.optionalText("token", WebhookToken::new);
        WebhookConfig webhook = section.build(() -> new WebhookConfig(address, url, token), () -> NONE);
        if (token.isPresent() && !webhook.isEncrypted() && !isThisMachine(url)) {
            section.warning("token", "url is not https: whoever is on the way reads the token and the messages");
        }
        return webhook;
    }

    private static Mailbox mailbox(String text) {
        return MailboxText.parse(text)
                .orElseThrow(() -> new IllegalArgumentException(
                        Section.shown(text) + " is not an address; write \"name@example.org\""));
    }

    /** What is wrong with it is said without it: it may hold a secret. */
    private static URI url(String text) {
        try {
            return new URI(text);
        } catch (URISyntaxException wrong) {
            throw new IllegalArgumentException("is not a URL; write \"https://host/path\"");
        }
    }

    private static boolean isThisMachine(URI url) {
        String host = String.valueOf(url.getHost());
        return host.equals("localhost") || host.equals("[::1]") || host.startsWith("127.");
    }
}
