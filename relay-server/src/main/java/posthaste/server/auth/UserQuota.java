package posthaste.server.auth;

import java.util.ArrayList;
import java.util.Optional;

/**
 * How much a user may send.
 *
 * @param messagesPerHour empty for no limit
 * @param recipientsPerDay empty for no limit
 */
public record UserQuota(Optional<Integer> messagesPerHour, Optional<Integer> recipientsPerDay) {
    public static final UserQuota NONE = new UserQuota(Optional.empty(), Optional.empty());

    public UserQuota {
        var problems = new ArrayList<String>();
        if (messagesPerHour.orElse(1) < 1) problems.add("messages-per-hour must be at least 1");
        if (recipientsPerDay.orElse(1) < 1) problems.add("recipients-per-day must be at least 1");
        if (!problems.isEmpty()) throw new IllegalArgumentException(String.join("; ", problems));
    }
}
