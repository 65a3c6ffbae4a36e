package posthaste.server.filter;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import posthaste.server.smtp.FilterVerdict;
import posthaste.server.smtp.ScreenedMessage;
import posthaste.smtp.Mailbox;
import posthaste.smtp.Replies;

/**
 * One message as one filter sees it: tells it one thing after the other, each after the answer to the one before, and
 * makes a verdict of what it says. It takes a connection only when the message has ended or grown, so that slow clients
 * do not use the connections up. Lives on one event loop.
 */
final class FilterDialogue implements FilterConnection.Owner, FilterAnswer.Handler, ContentSplitter.Sink {
    /** Octets of a message at which it is shown although it goes on. */
    static final int START_OCTETS = 16 * 1024;
    /** Octets of it that may wait for the filter before the client has to: more than the longest field. */
    static final int FULL_OCTETS = ContentSplitter.FIELD_MAX + START_OCTETS;

    /** Who is told how it goes. */
    interface Listener {
        /** There is room for more. */
        void writable();

        void settled();
    }

    /** What is said next. */
    private enum Step {
        CONNECT,
        HELO,
        MAIL,
        RCPT,
        DATA,
        CONTENT,
        END
    }

    private final FilterLoop home;
    private final FilterCommands commands;
    private final List<Mailbox> recipients;
    private final ScreenedMessage message;
    private final Listener listener;
    private final ContentSplitter content = new ContentSplitter();

    private Optional<FilterConnection> connection = Optional.empty();
    private Step step = Step.CONNECT;
    private int nextRecipient;
    private boolean begun;
    /** The message has come whole. */
    private boolean complete;

    private boolean awaiting;
    /** What is awaited is the answer to a piece of the body. */
    private boolean bodyAwaited;
    /** Whether the filter has said anything about this message. */
    private boolean heard;
    /** Whether it was shown anything that is not kept any more. */
    private boolean contentShown;

    private final Patience patience = new Patience();
    private Optional<String> quarantine = Optional.empty();
    private Optional<FilterVerdict> verdict = Optional.empty();

    FilterDialogue(FilterLoop home, String hostname, ScreenedMessage message, Listener listener) {
        this.home = home;
        this.commands = new FilterCommands(hostname, message);
        this.recipients = message.recipients();
        this.message = message;
        this.listener = listener;
    }

    /** Empty as long as the filter was not heard to the end. */
    Optional<FilterVerdict> verdict() {
        return verdict;
    }

    // What comes from the client.

    void content(byte[] array, int offset, int length) {
        if (verdict.isPresent()) return;
        content.add(array, offset, length);
        if (begun) {
            goOn();
        } else if (content.size() >= START_OCTETS) {
            begin();
        }
    }

    /** The message has come whole. */
    void ended() {
        if (verdict.isPresent()) return;
        complete = true;
        if (begun) {
            goOn();
        } else {
            begin();
        }
    }

    boolean isFull() {
        return verdict.isEmpty() && content.size() >= FULL_OCTETS;
    }

    /** Nobody wants the message any more. */
    void abandon() {
        if (verdict.isEmpty()) leave(new FilterVerdict.Passed());
    }

    private void begin() {
        begun = true;
        deadline(home.config().timeout());
        home.begin(this);
    }

    // What goes to the filter.

    /** There is a connection; one that is new, or one that has served another message. */
    void connected(FilterConnection free) {
        connection = Optional.of(free);
        goOn();
    }

    @Override
    public void drained() {
        if (!awaiting) noDeadline();
        goOn();
    }

    private void goOn() {
        while (verdict.isEmpty() && !awaiting && connection.isPresent()) {
            if (connection.get().isFull()) {
                deadline(home.config().timeout());
                break;
            }
            if (!sayNext(connection.get())) {
                noDeadline();
                break;
            }
        }
        if (!isFull()) listener.writable();
    }

    /** @return false where nothing can be said before the client sends more */
    private boolean sayNext(FilterConnection to) {
        Optional<FilterTerms> terms = to.terms();
        if (terms.isEmpty()) {
            await(home.config().timeout());
            to.write(FilterTerms.offer());
            return true;
        }
        switch (step) {
            case CONNECT -> {
                step = Step.HELO;
                if (!terms.get().wishes(FilterTerms.NO_CONNECT)) {
                    say(FilterTerms.SILENT_CONNECT, commands.connect());
                }
            }
            case HELO -> {
                step = Step.MAIL;
                if (!terms.get().wishes(FilterTerms.NO_HELO)) say(FilterTerms.SILENT_HELO, commands.helo());
            }
            case MAIL -> {
                step = Step.RCPT;
                if (!terms.get().wishes(FilterTerms.NO_MAIL)) say(FilterTerms.SILENT_MAIL, commands.mail());
            }
            case RCPT -> sayRecipient(terms.get());
            case DATA -> {
                step = Step.CONTENT;
                if (terms.get().wishes(FilterTerms.NO_HEADERS)) content.skipFields();
                if (terms.get().wishes(FilterTerms.NO_BODY)) content.skipBody();
                if (!terms.get().wishes(FilterTerms.NO_DATA)) say(FilterTerms.SILENT_DATA, commands.data());
            }
            case CONTENT -> {
                if (content.showNext(complete, this)) {
                    contentShown = true;
                } else if (complete) {
                    step = Step.END;
                } else {
                    return false;
                }
            }
            case END -> {
                await(home.config().endTimeout());
                to.write(commands.end());
            }
        }
        return true;
    }

    private void sayRecipient(FilterTerms terms) {
        if (nextRecipient == recipients.size() || terms.wishes(FilterTerms.NO_RCPT)) {
            step = Step.DATA;
        } else {
            say(FilterTerms.SILENT_RCPT, commands.rcpt(recipients.get(nextRecipient++)));
        }
    }

    /** @param silent the wish of a filter that does not answer this */
    private void say(int silent, byte[]... packets) {
        if (!terms().wishes(silent)) await(home.config().timeout());
        connection.orElseThrow().write(packets);
    }

    private FilterTerms terms() {
        return connection.flatMap(FilterConnection::terms).orElseThrow();
    }

    @Override
    public void field(byte[] name, byte[] value) {
        say(FilterTerms.SILENT_HEADERS, commands.field(name, value, terms().keepsLeadingBlanks()));
    }

    @Override
    public void headerEnd() {
        if (!terms().wishes(FilterTerms.NO_HEADER_END)) say(FilterTerms.SILENT_HEADER_END, commands.headerEnd());
    }

    @Override
    public void body(byte[] octets, int from, int to) {
        say(FilterTerms.SILENT_BODY, commands.body(octets, from, to));
        bodyAwaited = awaiting;
    }

    // What the filter says.

    @Override
    public void answer(FilterConnection from, FilterAnswer answer) {
        heard = true;
        if (awaiting) {
            answer.accept(this);
        } else {
            failed("it answered what it was not asked");
        }
    }

    @Override
    public void terms(FilterAnswer.Terms answer) {
        if (connection.flatMap(FilterConnection::terms).isPresent()) {
            failed("it answered an offer that was not made");
            return;
        }
        connection.orElseThrow().agree(FilterTerms.agreed(answer));
        answered();
    }

    private boolean isAtEnd() {
        return step == Step.END && awaiting;
    }

    private void answered() {
        awaiting = false;
        bodyAwaited = false;
        goOn();
    }

    @Override
    public void goOn(FilterAnswer.GoOn answer) {
        if (lacksTerms()) return;
        if (isAtEnd()) {
            pass();
        } else {
            answered();
        }
    }

    @Override
    public void accepted(FilterAnswer.Accept answer) {
        if (!lacksTerms()) pass();
    }

    private void pass() {
        quarantine.ifPresent(reason -> home.log().held(message.id(), reason));
        leave(quarantine.isPresent() ? new FilterVerdict.Held() : new FilterVerdict.Passed());
        listener.settled();
    }

    @Override
    public void refused(FilterAnswer.Refuse answer) {
        if (lacksTerms()) return;
        home.log().refused(message.id(), answer.reply());
        leave(new FilterVerdict.Refused(answer.reply()));
        listener.settled();
    }

    private boolean lacksTerms() {
        boolean lacks = connection.flatMap(FilterConnection::terms).isEmpty();
        if (lacks) failed("it did not answer the offer that opens a connection");
        return lacks;
    }

    @Override
    public void skip(FilterAnswer.Skip answer) {
        if (bodyAwaited) {
            content.skipBody();
            answered();
        } else {
            failed("it would skip what is no body");
        }
    }

    @Override
    public void progress(FilterAnswer.Progress answer) {
        patience.renew(home.nowNanos());
    }

    @Override
    public void quarantine(FilterAnswer.Quarantine answer) {
        if (isAtEnd()) {
            quarantine = Optional.of(answer.reason());
        } else {
            failed("it would hold a message that it has not seen to the end");
        }
    }

    @Override
    public void changeHeader(FilterAnswer.ChangeHeader answer) {
        if (!isAtEnd()) failed("it would change a message that it has not seen to the end");
    }

    @Override
    public void nonsense(FilterAnswer.Nonsense answer) {
        failed(answer.safeText());
    }

    // What goes wrong.

    @Override
    public void lost(FilterConnection gone, String safeReason) {
        connection = Optional.empty();
        boolean stale = gone.isUsed() && !heard;
        if (stale) home.distrust();
        if (stale && !contentShown) {
            beginAgain();
        } else {
            failed(safeReason);
        }
    }

    /** The connection was dead before the message came: what was said on it is said again. */
    private void beginAgain() {
        step = Step.CONNECT;
        nextRecipient = 0;
        awaiting = false;
        begin();
    }

    /** Called where its deadline has passed. */
    void timedOut() {
        if (connection.isEmpty()) {
            failed("no connection within " + home.config().timeout().toMillis() + " ms");
        } else {
            failed("no answer within " + patience.limit().toMillis() + " ms");
        }
    }

    /** The filter cannot be asked about this message. */
    void failed(String safeReason) {
        home.log().failed(safeReason);
        home.metrics().failed();
        connection.ifPresent(FilterConnection::abort);
        connection = Optional.empty();
        boolean defers = home.config().onFailure() == FilterConfig.OnFailure.DEFER;
        leave(defers ? new FilterVerdict.Refused(Replies.CONTENT_UNCHECKED) : new FilterVerdict.Passed());
        listener.settled();
    }

    private void leave(FilterVerdict last) {
        boolean heardOut = isAtEnd();
        verdict = Optional.of(last);
        noDeadline();
        content.clear();
        home.ended(this);
        if (connection.isEmpty()) return;
        FilterConnection mine = connection.get();
        connection = Optional.empty();
        if (heardOut) {
            home.release(mine);
        } else {
            home.close(mine, FilterCommands.abort(), FilterCommands.quit());
        }
    }

    // How long it may take.

    private void await(Duration time) {
        awaiting = true;
        deadline(time);
    }

    private void deadline(Duration time) {
        patience.begin(time, home.nowNanos());
    }

    private void noDeadline() {
        patience.end();
    }

    boolean isOverdue(long nowNanos) {
        return patience.isOver(nowNanos);
    }
}
