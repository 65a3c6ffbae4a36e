package posthaste.delivery.client;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.vertx.core.net.NetSocket;
import posthaste.delivery.FailureRules;
import posthaste.delivery.FailureRules.Meaning;
import posthaste.delivery.route.NextHop;
import posthaste.smtp.Extensions;
import posthaste.smtp.Reply;

/** The first steps of a connection: greeting, EHLO, and HELO where EHLO is refused (RFC 5321 §3.1, §3.2). */
final class Opening implements Wire.Listener {
    private static final byte[] QUIT = "QUIT\r\n".getBytes(US_ASCII);

    private enum Awaited {
        GREETING,
        EHLO,
        HELO
    }

    private final ClientSetup setup;
    private final Call call;
    private final NextHop hop;
    private final Wire wire;
    private Awaited awaited = Awaited.GREETING;

    Opening(ClientSetup setup, Call call, NetSocket socket, Deadlines deadlines) {
        this.setup = setup;
        this.call = call;
        this.hop = call.hop();
        this.wire = new Wire(call.loop(), socket, deadlines, this);
    }

    void begin() {
        setup.metrics().opened();
        wire.deadline(setup.limits().timeouts().greeting());
    }

    @Override
    public void reply(Reply reply) {
        switch (awaited) {
            case GREETING -> go(FailureRules.greeting(reply), reply, () -> hello("EHLO", Awaited.EHLO));
            case EHLO -> go(FailureRules.ehlo(reply), reply, () -> introduced(reply, Extensions.parse(reply)));
            case HELO -> go(FailureRules.helo(reply), reply, () -> introduced(reply, Extensions.NONE));
        }
    }

    private void go(Meaning meaning, Reply reply, Runnable success) {
        switch (meaning) {
            case SUCCESS -> success.run();
            case FALL_BACK -> hello("HELO", Awaited.HELO);
            case PROTOCOL_ERROR -> fail(OwnReplies.protocolError(hop, stage(), "unexpected " + reply.oneLine()));
            default -> fail(reply);
        }
    }

    private void hello(String verb, Awaited next) {
        awaited = next;
        wire.write((verb + " " + call.source().name() + "\r\n").getBytes(US_ASCII));
        wire.deadline(setup.limits().timeouts().command());
    }

    private void introduced(Reply reply, Extensions extensions) {
        String name = reply.lines().get(0).split(" ", 2)[0];
        // Behind another port a host may well share our name; on the port of mail it is us (RFC 5321 §6.3).
        if (hop.address().getPort() == setup.config().port()
                && name.equalsIgnoreCase(setup.config().hostname())) {
            fail(OwnReplies.loop(hop, name));
        } else {
            new ClientConnection(setup, hop, extensions, call.listener(), wire).begin();
        }
    }

    private Stage stage() {
        return awaited == Awaited.GREETING ? Stage.GREETING : Stage.EHLO;
    }

    private void fail(Reply why) {
        wire.write(QUIT);
        wire.close();
        report(why);
    }

    private void report(Reply why) {
        setup.metrics().failed();
        call.listener().failed(hop, HostFailure.of(stage(), why));
    }

    @Override
    public void garbage(String safeText) {
        fail(OwnReplies.protocolError(hop, stage(), safeText));
    }

    @Override
    public void lost(String reason) {
        report(OwnReplies.lost(hop, stage(), reason));
    }

    @Override
    public void timedOut() {
        fail(OwnReplies.timedOut(hop, stage(), wire.deadline()));
    }

    @Override
    public void drained() {}

    @Override
    public void closed() {
        setup.metrics().closed();
    }
}
