package posthaste.delivery.client;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import posthaste.delivery.client.RecipientResult.Kind;
import posthaste.queue.Recipient;
import posthaste.smtp.Reply;

/** What the host said of each recipient of a transaction, and what that comes to in the end. */
final class RecipientLedger {

    private enum Standing {
        UNANSWERED,
        /** Its result is that of the message: it was accepted, or the host fell over it. */
        PROVISIONAL,
        BOUNCED,
        DEFERRED,
        AGAIN
    }

    /**
     * How a transaction ended for the recipients that were not refused one by one.
     *
     * @param provisional result of those that were accepted
     * @param unanswered result of those the host was not asked about, or did not answer for
     */
    record Ending(Kind provisional, Kind unanswered, Reply reply, Scope scope) {
        static Ending all(Kind kind, Reply reply, Scope scope) {
            return new Ending(kind, kind, reply, scope);
        }
    }

    private final List<Recipient> recipients;
    private final Standing[] standings;
    private final Reply[] replies;
    private int accepted;

    /** @param unasked the reply of a recipient that no reply was given for */
    RecipientLedger(List<Recipient> recipients, Reply unasked) {
        this.recipients = recipients;
        standings = new Standing[recipients.size()];
        Arrays.fill(standings, Standing.UNANSWERED);
        replies = new Reply[recipients.size()];
        Arrays.fill(replies, unasked);
    }

    int size() {
        return standings.length;
    }

    Recipient recipient(int index) {
        return recipients.get(index);
    }

    int accepted() {
        return accepted;
    }

    void accept(int index, Reply reply) {
        accepted++;
        set(index, Standing.PROVISIONAL, reply);
    }

    void bounce(int index, Reply reply) {
        set(index, Standing.BOUNCED, reply);
    }

    void defer(int index, Reply reply) {
        set(index, Standing.DEFERRED, reply);
    }

    void again(int index, Reply reply) {
        set(index, Standing.AGAIN, reply);
    }

    /** The host broke off at this recipient, so it shares the result of those that were accepted. */
    void brokeOff(int index, Reply reply) {
        set(index, Standing.PROVISIONAL, reply);
    }

    private void set(int index, Standing standing, Reply reply) {
        standings[index] = standing;
        replies[index] = reply;
    }

    List<RecipientResult> close(Ending ending) {
        if (standings.length == 1) return List.of(result(0, ending));
        var results = new ArrayList<RecipientResult>(standings.length);
        for (int i = 0; i < standings.length; i++) results.add(result(i, ending));
        return results;
    }

    private RecipientResult result(int index, Ending ending) {
        return switch (standings[index]) {
            case UNANSWERED -> result(index, ending.unanswered(), ending.reply(), ending.scope());
            case PROVISIONAL -> result(index, ending.provisional(), ending.reply(), ending.scope());
            case BOUNCED -> result(index, Kind.BOUNCED, replies[index], Scope.RECIPIENT);
            case DEFERRED -> result(index, Kind.DEFERRED, replies[index], Scope.RECIPIENT);
            // Without the connection there is no "at once" on it any more.
            case AGAIN ->
                ending.scope() == Scope.HOST
                        ? result(index, Kind.NOT_STARTED, ending.reply(), Scope.HOST)
                        : result(index, Kind.AGAIN, replies[index], Scope.RECIPIENT);
        };
    }

    private RecipientResult result(int index, Kind kind, Reply reply, Scope scope) {
        return new RecipientResult(recipients.get(index), kind, reply, scope);
    }
}
