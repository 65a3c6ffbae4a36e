package posthaste.server.admin;

import io.vertx.core.Vertx;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import posthaste.server.policy.MailboxText;
import posthaste.server.terminal.Terminals;
import posthaste.smtp.Mailbox;

/**
 * Terminals over HTTP: whoever holds {@code GET /v1/terminals/ADDRESS} open gets the messages for it as server-sent
 * events (https://html.spec.whatwg.org/multipage/server-sent-events.html). Call on the event loop of the request.
 */
final class TerminalApi {
    /** Stands for octets that are no UTF-8. */
    private static final String UNDECODABLE = "\uFFFD";

    private final Vertx vertx;
    private final Terminals terminals;

    /** Why a request opens no terminal. */
    record Refusal(int status, String reason) {}

    TerminalApi(Vertx vertx, Terminals terminals) {
        this.vertx = vertx;
        this.terminals = terminals;
    }

    /**
     * Opens a terminal, unless there is a reason not to.
     *
     * @param path the address, percent-encoded
     * @param others open connections that are no terminals: terminals have a bound of their own
     */
    Optional<Refusal> open(HttpServerRequest request, String path, AtomicInteger others) {
        if (!terminals.isEnabled()) return refusal(404, "terminals are switched off (terminals.enabled)");
        if (!request.method().equals(HttpMethod.GET)) return refusal(405, "a terminal is opened with GET");
        // A page of any site could otherwise announce a terminal at a relay on the machine of its reader.
        if (isFromWebPage(request)) return refusal(403, "a terminal is not opened from a web page");
        Optional<Mailbox> address = decoded(path).flatMap(MailboxText::parse);
        if (address.isEmpty()) return refusal(400, "no address; write /v1/terminals/name@example.org");
        Mailbox terminal = address.get();
        var stream = new TerminalStream(vertx, request, others, gone -> terminals.unsubscribe(terminal, gone));
        if (!terminals.subscribe(terminal, stream)) {
            return refusal(503, "too many terminals are open, of this address or in all; close one");
        }
        stream.begin();
        return Optional.empty();
    }

    private static Optional<Refusal> refusal(int status, String reason) {
        return Optional.of(new Refusal(status, reason));
    }

    private static boolean isFromWebPage(HttpServerRequest request) {
        Optional<String> site = Optional.ofNullable(request.getHeader("Sec-Fetch-Site"));
        return request.headers().contains(HttpHeaders.ORIGIN)
                || site.filter(from -> !from.equals("none")).isPresent();
    }

    private static Optional<String> decoded(String path) {
        try {
            return Optional.of(new URI("/" + path).getPath().substring(1)).filter(text -> !text.contains(UNDECODABLE));
        } catch (URISyntaxException wrong) {
            return Optional.empty();
        }
    }
}
