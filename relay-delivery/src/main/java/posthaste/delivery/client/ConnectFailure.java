package posthaste.delivery.client;

import java.util.Locale;
import java.util.Map;

/** Why a connection did not come about, in the words of an operator: each transport has its own, with addresses in them. */
final class ConnectFailure {
    private static final Map<String, String> REASONS = Map.of(
            "refused", "connection refused",
            "timed out", "no answer in time",
            "timeout", "no answer in time",
            "no route", "no route to host",
            "network is unreachable", "network unreachable",
            "host is unreachable", "host unreachable",
            "reset", "connection reset",
            "assign requested address", "the source address is none of this machine",
            "too many open files", "too many open files");

    private ConnectFailure() {}

    static String reasonOf(Throwable failure) {
        String text = String.valueOf(failure.getMessage());
        String lower = text.toLowerCase(Locale.ROOT);
        for (var each : REASONS.entrySet()) if (lower.contains(each.getKey())) return each.getValue();
        return text;
    }
}
