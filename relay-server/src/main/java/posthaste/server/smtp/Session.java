package posthaste.server.smtp;

import io.netty.util.NetUtil;
import io.vertx.core.internal.net.NetSocketInternal;
import java.net.InetAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import javax.net.ssl.SSLSession;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import posthaste.queue.IncomingMessage;
import posthaste.queue.MessageId;
import posthaste.queue.QueueException;
import posthaste.server.auth.SaslStep;
import posthaste.server.smtp.ClientSocket.Hold;
import posthaste.server.terminal.TerminalMessage;
import posthaste.server.terminal.TerminalVanished;
import posthaste.server.tls.Handshake;
import posthaste.server.tls.HandshakeFailure;
import posthaste.server.tls.TlsFacts;
import posthaste.smtp.ClientAttributes;
import posthaste.smtp.Command;
import posthaste.smtp.Extension;
import posthaste.smtp.LineFramer;
import posthaste.smtp.Replies;
import posthaste.smtp.Reply;

/**
 * One connection of a client: gives what it reads to the state it is in, and does what the state decides. Lives on one
 * event loop.
 */
final class Session implements ClientSocket.Owner, Action.Performer, Reception.Listener {
    private static final Logger LOG = LoggerFactory.getLogger(Session.class);
    /** For the whole PROXY header: balancers send it at once. */
    static final Duration PROXY_HEADER_TIME = Duration.ofSeconds(10);

    private final SessionLoop loop;
    private final SessionSettings settings;
    /** As the connection is counted. */
    private InetAddress address;

    private final ClientSocket socket;
    private Budget budget;
    private CommandLines commands;
    private final SaslLines responses = new SaslLines(new Responses());

    /** The handshake that is under way. */
    private Optional<Handshake> handshake = Optional.empty();
    /** Why it failed, as far as that was told. */
    private Optional<HandshakeFailure> handshakeFailure = Optional.empty();

    private SessionState state;
    private Input input;
    private Optional<Reception> reception = Optional.empty();
    /** Whether a reply is the last thing that happened, so that the time for the next command runs from here. */
    private boolean answered = true;
    /** Whether the message that is being received takes room of those to terminals. */
    private boolean showing;
    /** Whether it ends at the next command boundary. */
    private boolean leaving;
    /** Whether it is not known yet for whom a balancer speaks. */
    private boolean awaitingProxyHeader;
    /** What XFORWARD said of the next message. */
    private ClientAttributes forwarded = ClientAttributes.NONE;
    /** Whether the connection is somebody else's by now. */
    private boolean turned;

    // Of the message that the queue is asked about.
    private int recipients;
    private long octets;
    private long dotNanos;
    /** Since when content is not read, as far as that was not told yet. */
    private long pausedNanos;

    Session(SessionLoop loop, NetSocketInternal socket, InetAddress address) {
        this.loop = loop;
        this.settings = loop.settings();
        this.address = address;
        this.socket = new ClientSocket(loop, socket, this);
        budget = new Budget(settings.limits());
        Peer peer = connected(address);
        state = begun(peer);
        commands = commandsOf(peer);
        input = commands;
    }

    private Peer connected(InetAddress client) {
        return Peer.connected(settings, loop.listener(), loop.greetings(), client);
    }

    /** Only where AUTH is on offer a command may be as long as its initial response. */
    private CommandLines commandsOf(Peer peer) {
        boolean auth = peer.offer().offers(Extension.AUTH);
        int lineMax = auth ? SaslLines.COMMAND_MAX : LineFramer.DEFAULT_LINE_MAX;
        return new CommandLines(loop.parser(), lineMax, this::command);
    }

    private SessionState begun(Peer peer) {
        if (settings.policy().refuses(peer.proof().address())) return new Denied(peer);
        return peer.needsTls() ? new Plaintext(peer) : new Connected(peer);
    }

    /** Greets the client, once it is known who that is. */
    void begin() {
        socket.guarded(() -> {
            socket.open();
            if (loop.listener().proxies().isEmpty()) start();
            else awaitProxyHeader();
        });
    }

    /** Greets the client, inside TLS where the listener is set so. */
    private void start() {
        if (loop.listener().tls() != TlsMode.IMPLICIT) {
            greet();
        } else if (loop.tryHandshake(address)) {
            beginHandshake();
        } else {
            turnAway(address, Replies.TLS_BUSY);
        }
    }

    private void awaitProxyHeader() {
        awaitingProxyHeader = true;
        input = (in, from, to) -> to;
        socket.expectProxyHeader();
        socket.deadline(PROXY_HEADER_TIME);
    }

    @Override
    public void proxied(Optional<InetAddress> client) {
        awaitingProxyHeader = false;
        input = commands;
        answered = true;
        if (client.isEmpty()) {
            start();
        } else if (loop.isTooOften(client.get())) {
            turnAway(client.get(), Replies.TOO_MANY_CONNECTIONS_AT_ONCE);
        } else if (!tryBecome(connected(client.get()))) {
            turnAway(client.get(), Replies.TOO_MANY_CONNECTIONS);
        } else {
            start();
        }
    }

    /** For a client that is one too many, which could not be told when it connected. */
    private void turnAway(InetAddress client, Reply reply) {
        settings.metrics().turnedAway();
        loop.log().turnedAway(NetUtil.toAddressString(client), reply);
        if (loop.listener().tls() == TlsMode.IMPLICIT) {
            abort(); // it expects TLS and cannot read it
        } else {
            say(reply);
            socket.hangUp();
        }
    }

    @Override
    public void notProxied(String reason) {
        settings.metrics().turnedAway();
        loop.log().notProxied(client(), reason);
        abort();
    }

    /** Goes on as the session of another client; false where that one has too many. */
    private boolean tryBecome(Peer peer) {
        InetAddress other = peer.proof().address();
        if (!settings.connections().tryMove(address, other)) return false;
        address = other;
        state = begun(peer);
        commands = commandsOf(peer);
        input = commands;
        return true;
    }

    /** What came from one client must not be read as if it came from another. */
    @Override
    public void speakFor(Action.SpeakFor action) {
        if (commands.hasMore()) {
            end(Replies.PIPELINED_BEHIND_TURN);
        } else if (tryBecome(state.peer().speakingFor(action.attributes()))) {
            budget = new Budget(settings.limits());
            forgetMessage();
            greet();
        } else {
            end(Replies.TOO_MANY_CONNECTIONS);
        }
    }

    @Override
    public void tellApart(Action.TellApart action) {
        forwarded = action.attributes().over(forwarded);
        say(Replies.OK);
    }

    private void greet() {
        boolean denied = state instanceof Denied;
        say(denied ? loop.greetings().denial() : loop.greetings().greeting());
        if (denied) loop.log().turnedAway(client(), loop.greetings().denial());
        if (leaving) end(Replies.SHUTTING_DOWN);
        readDone();
        socket.flush();
    }

    InetAddress address() {
        return address;
    }

    // What comes in.

    @Override
    public int read(byte[] in, int from, int to) {
        return input.read(in, from, to);
    }

    @Override
    public void readDone() {
        if (handshake.isPresent()) return; // its time runs since it began
        if (socket.isHeld(Hold.ANSWER) || socket.isHeld(Hold.CONTENT) || socket.isHeld(Hold.FILTERS)) {
            socket.noDeadline();
        } else if (reception.filter(each -> each.isTooSlow(loop.nowNanos())).isPresent()) {
            end(Replies.TOO_SLOW); // between two chunks as well: commands there move no mail either
        } else if (input != commands && input != responses) {
            socket.deadline(settings.limits().dataTimeout());
        } else if (answered) {
            socket.deadline(settings.limits().commandTimeout());
        }
        answered = false;
    }

    // TLS.

    /** RFC 3207 §4: nothing that was sent in the clear may be read behind the handshake. */
    @Override
    public void secure(Action.Secure action) {
        if (commands.hasMore() || socket.mayHoldMore()) {
            end(Replies.PIPELINED_BEHIND_STARTTLS);
        } else if (loop.tryHandshake(address)) {
            say(Replies.START_TLS);
            beginHandshake();
        } else {
            say(Replies.TLS_BUSY);
        }
    }

    private void beginHandshake() {
        var begun = settings.tls().begin(loop.allocator());
        handshake = Optional.of(begun);
        input = (in, from, to) -> to;
        socket.deadline(Handshake.TIME_MAX);
        socket.secure(begun.handler());
    }

    @Override
    public void secured(SSLSession session) {
        TlsFacts facts = handshake.orElseThrow().facts(session);
        forgetHandshake();
        settings.metrics().secured(facts);
        boolean greeted = loop.listener().tls() != TlsMode.IMPLICIT;
        Peer peer = state.peer().secured(facts);
        state = state instanceof Denied ? new Denied(peer) : new Connected(peer);
        commands = commandsOf(peer);
        input = commands;
        answered = true;
        if (!greeted) greet();
        else if (leaving) end(Replies.SHUTTING_DOWN);
        readDone();
    }

    @Override
    public void notSecured(HandshakeFailure why) {
        // What follows the first is but its consequence.
        if (handshakeFailure.isEmpty()) handshakeFailure = Optional.of(why);
    }

    private void forgetHandshake() {
        if (handshake.isPresent()) loop.handshakeEnded(address);
        handshake = Optional.empty();
    }

    // AUTH.

    @Override
    public void authenticate(Action.Authenticate action) {
        input = commands;
        ask(action.step().apply(loop.executor()), "an exchange of AUTH failed", step -> {
            Duration delay = step instanceof SaslStep.Failure failure ? failure.delay() : Duration.ZERO;
            if (delay.isZero()) stepped(step);
            else loop.later(delay, () -> socket.guarded(() -> stepped(step)));
        });
    }

    private void stepped(SaslStep step) {
        if (!socket.isOpen()) return;
        if (!step.detail().isEmpty()) loop.log().notAuthenticated(client(), step.detail());
        answer(state.authenticated(step));
    }

    @Override
    public void challenge(Action.Challenge action) {
        say(action.reply());
        input = responses;
    }

    private final class Responses implements SaslLines.Listener {
        @Override
        public void response(byte[] octets) {
            answered = true;
            perform(state.responded(octets));
        }

        @Override
        public void noResponse(Reply reply) {
            answered = true;
            input = commands;
            perform(state.notResponded(reply));
        }
    }

    private void command(Command command) {
        answered = true;
        if (leaving) {
            end(Replies.SHUTTING_DOWN);
        } else {
            perform(command.accept(state));
        }
    }

    @Override
    public void full(IncomingMessage message) {
        pause(Hold.CONTENT);
        message.onWritable(() -> socket.guarded(() -> goOn(Hold.CONTENT)), loop.executor());
    }

    @Override
    public void full(Screening screening) {
        pause(Hold.FILTERS);
        screening.onWritable(() -> socket.guarded(() -> goOn(Hold.FILTERS)));
    }

    private void pause(Hold why) {
        if (!socket.isHeld(Hold.CONTENT) && !socket.isHeld(Hold.FILTERS)) pausedNanos = loop.nowNanos();
        socket.hold(why);
    }

    /** There is room again; how long that took is no fault of the client's. Counted once where two had to be waited for. */
    private void goOn(Hold why) {
        long now = loop.nowNanos();
        long waited = now - pausedNanos;
        reception.ifPresent(each -> each.waited(waited));
        pausedNanos = now;
        socket.release(why);
    }

    @Override
    public void ended(Content content) {
        answered = true;
        input = commands;
        dotNanos = loop.nowNanos();
        perform(state.received(content, settings.queue().clock().instant()));
        leaveIfIdle();
    }

    @Override
    public void chunkEnded(Command.Bdat chunk, Content content) {
        answered = true;
        input = commands;
        dotNanos = loop.nowNanos();
        perform(state.chunkReceived(chunk, content, settings.queue().clock().instant()));
        leaveIfIdle();
    }

    private void leaveIfIdle() {
        if (leaving && !socket.isHeld(Hold.ANSWER)) end(Replies.SHUTTING_DOWN);
    }

    // What goes out.

    private void perform(Transition transition) {
        Optional<Reply> spent = budget.pay(transition.toll());
        if (spent.isPresent()) {
            end(spent.get());
            return;
        }
        state = transition.next();
        transition.action().perform(this);
    }

    @Override
    public void respond(Action.Respond action) {
        say(action.reply());
    }

    @Override
    public void respondLast(Action.RespondLast action) {
        if (commands.hasMore()) {
            end(Replies.PIPELINED_BEHIND_TURN);
        } else {
            say(action.reply());
        }
    }

    @Override
    public void receive(Action.Receive action) {
        input = begin(action.content()).dotted();
        say(action.reply());
    }

    private Reception begin(Action.Content how) {
        IncomingMessage message = settings.queue().begin();
        Instant now = settings.queue().clock().instant();
        if (how.kept()) {
            byte[] trace = how.trace().field(message.id(), how.recipient(), loop.date(now));
            message.append(trace, 0, trace.length);
        }
        showing = how.shown() && loop.tryShow();
        int showableMax = showing ? settings.services().terminals().messageSizeMax() : 0;
        boolean mended = loop.listener().lineEnds() == LineEnds.NORMALIZE && !how.binary();
        boolean submitted = loop.listener().auth() == AuthMode.REQUIRED;
        Optional<HeaderCompletion.Fields> missing = submitted
                ? Optional.of(HeaderCompletion.Fields.of(message.id(), settings.hostname(), loop.date(now)))
                : Optional.empty();
        Optional<Screening> screening = how.screened().map(each -> loop.screen(each.named(message.id())));
        var begun = new Reception(
                message, how, settings.limits(), mended, showableMax, screening, missing, loop.nowNanos(), this);
        reception = Optional.of(begun);
        return begun;
    }

    @Override
    public void receiveChunk(Action.ReceiveChunk action) {
        Reception into = action.begins().map(this::begin).orElseGet(reception::orElseThrow);
        input = into.chunk(action.chunk());
        if (action.chunk().octets() == 0) chunkEnded(action.chunk(), into.content());
    }

    @Override
    public void skipChunk(Action.SkipChunk action) {
        say(action.reply());
        if (action.octets() == 0) return;
        long[] left = {action.octets()};
        input = (in, from, to) -> {
            int skipped = (int) Math.min(left[0], to - from);
            left[0] -= skipped;
            if (left[0] == 0) {
                answered = true;
                input = commands;
                leaveIfIdle();
            }
            return from + skipped;
        };
    }

    @Override
    public void askFilters(Action.AskFilters action) {
        Reception screened = reception.orElseThrow();
        screened.complete();
        ask(
                screened.screening().ended(),
                "the content filters failed",
                verdict -> answer(state.judged(verdict, action.content(), action.now())));
    }

    @Override
    public void show(Action.Show action) {
        Reception shown = reception.orElseThrow();
        var message = new TerminalMessage(
                shown.message().id().toString(),
                action.verb(),
                action.from(),
                action.addresses(),
                action.now(),
                shown.shown());
        ask(
                settings.services().terminals().deliver(message, loop.executor()),
                (done, failure) -> shown(action, failure));
    }

    private void shown(Action.Show action, @Nullable Throwable failure) {
        if (!socket.isOpen()) return; // the client has gone, and nothing was promised to it
        if (failure == null) {
            answer(state.shown(Set.of(), action.content(), action.now()));
        } else if (failure instanceof TerminalVanished gone) {
            answer(state.shown(Set.copyOf(gone.addresses()), action.content(), action.now()));
        } else {
            throw new IllegalStateException("the terminals failed", failure);
        }
    }

    @Override
    public void checkDomain(Action.CheckDomain action) {
        ask(
                settings.services().domainCheck().refusal(action.recipient(), loop.executor()),
                "the check of a domain failed",
                refusal -> answer(state.domainChecked(action, refusal)));
    }

    @Override
    public void flush(Action.Flush action) {
        Command.Etrn command = action.command();
        if (!loop.mayFlush(command)) {
            say(Replies.ETRN_TOO_OFTEN);
            return;
        }
        ask(settings.services().flushing().attemptNow(command, loop.executor()), (begun, failure) -> {
            Reply reply = failure == null ? replyOf(begun, command.node()) : notFlushed(command, failure);
            answer(new Transition(state, new Action.Respond(reply)));
        });
    }

    /** RFC 1985 §5: the queue could not be asked. The pace of ETRN bounds these lines too. */
    private Reply notFlushed(Command.Etrn command, Throwable failure) {
        Reply reply = Replies.unableToQueue(command.node());
        LOG.warn("ETRN by {} answered {}: the queue cannot be read: {}", client(), reply, failure.toString());
        return reply;
    }

    private static Reply replyOf(Flushing.Begun found, String node) {
        if (found.messages() == 0) return Replies.noMessagesWaiting(node);
        return found.more() ? Replies.pendingStarted(node) : Replies.pendingStarted(found.messages(), node);
    }

    // TURN and ATRN.

    @Override
    public void turn(Action.Turn action) {
        if (commands.hasMore()) {
            end(Replies.PIPELINED_BEHIND_TURN);
            return;
        }
        ask(settings.services().turning().lease(action.domains(), loop.executor()), (lease, failure) -> {
            if (failure == null) leased(action, lease);
            else answer(new Transition(state, new Action.Respond(notLeased(failure))));
        });
    }

    private Reply notLeased(Throwable failure) {
        LOG.warn(
                "TURN by {} answered {}: the queue cannot be read: {}",
                client(),
                Replies.TURN_UNABLE,
                failure.toString());
        return Replies.TURN_UNABLE;
    }

    private void leased(Action.Turn action, Optional<Turning.Lease> found) {
        if (found.isEmpty()) {
            answer(new Transition(state, new Action.Respond(Replies.TURN_BUSY)));
            return;
        }
        Turning.Lease lease = found.get();
        boolean pipelined = socket.mayHoldMore();
        boolean turns = socket.isOpen() && !leaving && !pipelined && !(action.atrn() && lease.isEmpty());
        if (turns) {
            turned(action, lease);
            return;
        }
        lease.release();
        if (pipelined) end(Replies.PIPELINED_BEHIND_TURN);
        else answer(new Transition(state, new Action.Respond(Replies.NO_MAIL)));
    }

    /** From here on the client is the server, and the session is over but for its place among those that are counted. */
    private void turned(Action.Turn action, Turning.Lease lease) {
        say(Replies.TURNED);
        TlsFacts tls = state.peer().proof().tls().orElseThrow();
        var who = new Turning.Client(state.peer().source().helloName(), action.login(), tls);
        turned = true;
        lease.deliver(socket.detach(), who)
                .whenComplete((done, bug) -> loop.executor().execute(() -> loop.closed(this)));
    }

    /** Reads no further until somebody has answered, and goes on with that; a failure is a bug. */
    private <T> void ask(CompletionStage<T> asked, String failed, Consumer<T> then) {
        ask(asked, (found, bug) -> {
            if (bug != null) throw new IllegalStateException(failed, bug);
            then.accept(found);
        });
    }

    /** The same where it goes on with a failure too. */
    private <T> void ask(CompletionStage<T> asked, BiConsumer<T, Throwable> then) {
        socket.hold(Hold.ANSWER);
        asked.whenComplete((found, failure) -> socket.guarded(() -> then.accept(found, failure)));
    }

    /** Somebody who was asked has answered: goes on with that, and then with what the client sent meanwhile. */
    private void answer(Transition transition) {
        if (!socket.isOpen()) return;
        boolean goesOn = transition.action().asksOn();
        perform(transition);
        answered = true;
        if (goesOn) return;
        if (leaving) end(Replies.SHUTTING_DOWN);
        socket.release(Hold.ANSWER);
    }

    @Override
    public void commit(Action.Commit action) {
        Reception received = reception.orElseThrow();
        received.complete();
        IncomingMessage message = received.message();
        recipients = action.envelope().recipients().size();
        octets = message.bytes();
        ask(message.accept(action.envelope(), loop.executor()), this::committed);
    }

    /** On our loop. Where the client has gone meanwhile the message stays: it may have seen nothing, but it was taken. */
    private void committed(@Nullable MessageId id, @Nullable Throwable failure) {
        if (id != null) {
            takeNote(id);
            perform(state.accepted(id));
        } else if (failure instanceof QueueException why) {
            perform(state.notAccepted(why));
        } else {
            throw new IllegalStateException("the queue failed", failure);
        }
        forgetReception();
        answered = true;
        if (leaving) end(Replies.SHUTTING_DOWN);
        socket.release(Hold.ANSWER);
    }

    private void takeNote(MessageId id) {
        settings.metrics().accepted(octets, recipients, loop.nowNanos() - dotNanos);
        if (!LOG.isDebugEnabled()) return;
        String behind = forwarded.isEmpty() ? "" : ", forwarded: " + forwarded.shown();
        LOG.debug("{} accepted from {}: {} octets{}", id, client(), octets, behind);
    }

    @Override
    public void drop(Action.Drop action) {
        forgetMessage();
        say(action.reply());
    }

    @Override
    public void close(Action.Close action) {
        if (action.reply().isPositive()) {
            forgetMessage();
            say(action.reply());
            socket.close();
        } else {
            end(action.reply());
        }
    }

    private void say(Reply reply) {
        if (reply.code() >= 400) {
            settings.metrics().refused(reply);
            if (LOG.isDebugEnabled()) LOG.debug("answered to {}: {}", client(), reply);
        }
        socket.say(reply);
    }

    /** The message that is being received, if any, is not kept. */
    private void forgetMessage() {
        reception.ifPresent(Reception::drop);
        forgetReception();
        input = commands;
    }

    private void forgetReception() {
        reception = Optional.empty();
        forwarded = ClientAttributes.NONE;
        if (showing) loop.shown();
        showing = false;
    }

    private String client() {
        return state.peer().source().address();
    }

    // How it ends.

    /** Ends it for a reason that the client is told. */
    private void end(Reply reply) {
        if (!socket.isOpen()) return;
        forgetMessage();
        say(reply);
        loop.log().ended(client(), reply);
        socket.hangUp();
    }

    /** Lets the client go: at once where it waits for nothing, else when its message or its line has ended. */
    void leave() {
        if (turned) return;
        leaving = true;
        if (awaitingProxyHeader) {
            abort(); // nobody is there who could be told
            return;
        }
        boolean reading = input != commands && input != responses;
        boolean busy = reading || socket.isHeld(Hold.ANSWER) || commands.isInsideLine();
        if (!busy) end(Replies.SHUTTING_DOWN);
    }

    /** Ends it without a word. */
    void abort() {
        socket.abort();
    }

    @Override
    public void inputEnded() {
        forgetMessage();
        socket.close();
    }

    @Override
    public void timedOut() {
        if (awaitingProxyHeader) {
            notProxied("no PROXY header within " + PROXY_HEADER_TIME.toSeconds() + " s");
            return;
        }
        if (handshake.isPresent()) {
            notSecured(HandshakeFailure.TIMED_OUT);
            abort(); // what we say could not be read
            return;
        }
        settings.metrics().timedOut();
        end(Replies.TIMED_OUT);
    }

    @Override
    public void failed(Exception bug) {
        LOG.error("a session with {} failed: please report this", client(), bug);
        try {
            end(Replies.INTERNAL_ERROR);
        } catch (RuntimeException worse) {
            LOG.error("and could not be ended", worse);
            abort();
        }
    }

    @Override
    public void closed() {
        if (handshake.isPresent()) {
            settings.metrics().handshakeFailed();
            loop.log().handshakeFailed(client(), handshakeFailure.orElse(HandshakeFailure.CLOSED));
            forgetHandshake();
        }
        forgetMessage();
        loop.closed(this);
    }
}
