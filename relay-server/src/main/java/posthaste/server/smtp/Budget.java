package posthaste.server.smtp;

import java.util.Optional;
import posthaste.smtp.Replies;
import posthaste.smtp.Reply;

/** What one connection may still use up (the limits of its kind). Owned by its session. */
final class Budget {
    /** A client that has proved who it is may be wrong so much more often: somebody can be told of it. */
    private static final int TIMES_FOR_KNOWN = 5;

    private final LimitsConfig limits;
    private int errorsMax;
    private int errors;
    private int junk;
    private int transactions;

    Budget(LimitsConfig limits) {
        this.limits = limits;
        errorsMax = limits.errors();
    }

    /** Takes {@code toll} off; answers the 421 that ends the connection where that was too much. */
    Optional<Reply> pay(Toll toll) {
        return switch (toll) {
            case NONE -> Optional.empty();
            case ERROR -> over(++errors > errorsMax, Replies.TOO_MANY_ERRORS);
            case JUNK -> over(++junk > limits.junkCommands(), Replies.TOO_MANY_JUNK_COMMANDS);
            case TRANSACTION -> over(isOneTooMany(++transactions), Replies.TOO_MANY_MESSAGES);
            case KNOWN -> {
                errorsMax = limits.errors() * TIMES_FOR_KNOWN;
                yield Optional.empty();
            }
            case MESSAGE -> {
                junk = 0;
                yield Optional.empty();
            }
        };
    }

    private boolean isOneTooMany(int count) {
        Optional<Integer> max = limits.messagesPerConnection();
        return max.isPresent() && count > max.get();
    }

    private static Optional<Reply> over(boolean spent, Reply reply) {
        return spent ? Optional.of(reply) : Optional.empty();
    }
}
