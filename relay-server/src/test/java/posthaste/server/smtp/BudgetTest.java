package posthaste.server.smtp;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import posthaste.smtp.Replies;
import posthaste.smtp.Reply;

class BudgetTest {
    private final Budget budget = new Budget(Limits.messagesPerConnection(2));

    @Test
    void oneMistakeTooManyEndsIt() {
        for (int i = 0; i < 20; i++) assertThat(budget.pay(Toll.ERROR)).isEmpty();

        assertThat(budget.pay(Toll.ERROR)).contains(Replies.TOO_MANY_ERRORS);
    }

    @Test
    void aMessageForgivesJunkAndNoMistake() {
        for (int i = 0; i < 20; i++) assertThat(budget.pay(Toll.ERROR)).isEmpty();
        for (int i = 0; i < 100; i++) assertThat(budget.pay(Toll.JUNK)).isEmpty();
        assertThat(budget.pay(Toll.MESSAGE)).isEmpty();
        for (int i = 0; i < 100; i++) assertThat(budget.pay(Toll.JUNK)).isEmpty();

        assertThat(budget.pay(Toll.JUNK)).contains(Replies.TOO_MANY_JUNK_COMMANDS);
        assertThat(budget.pay(Toll.ERROR)).contains(Replies.TOO_MANY_ERRORS);
    }

    @Test
    void oneTransactionTooManyEndsIt() {
        assertThat(budget.pay(Toll.TRANSACTION)).isEmpty();
        assertThat(budget.pay(Toll.TRANSACTION)).isEmpty();

        assertThat(budget.pay(Toll.TRANSACTION)).contains(Replies.TOO_MANY_MESSAGES);
    }

    @ParameterizedTest
    @ValueSource(ints = {500, 501, 502, 503, 504, 555})
    void mistakesCostAnywhere(int code) {
        assertThat(Toll.of(reply(code))).isEqualTo(Toll.ERROR);
        assertThat(Toll.ofRecipient(reply(code))).isEqualTo(Toll.ERROR);
    }

    @ParameterizedTest
    @ValueSource(ints = {550, 553})
    void refusedRecipientsCostAtRcptOnly(int code) {
        assertThat(Toll.ofRecipient(reply(code))).isEqualTo(Toll.ERROR);
        assertThat(Toll.of(reply(code))).isEqualTo(Toll.NONE);
    }

    @ParameterizedTest
    @ValueSource(ints = {451, 452, 552, 554})
    void whatIsNoMistakeCostsNothing(int code) {
        assertThat(Toll.ofRecipient(reply(code))).isEqualTo(Toll.NONE);
    }

    private static Reply reply(int code) {
        return Reply.plain(code, "x");
    }
}
