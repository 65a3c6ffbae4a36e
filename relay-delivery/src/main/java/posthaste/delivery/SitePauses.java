package posthaste.delivery;

import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import posthaste.smtp.Reply;

/**
 * Which sites nothing is offered to for now, so that a destination looks here before it reads anything from disk: however
 * many destinations share hosts that are down, and however much waits for them, it costs a look at their due times.
 * Written by the sites, one entry at most of each that is in memory. Thread-safe.
 */
final class SitePauses {
    private final Map<String, Pause> pauses = new ConcurrentHashMap<>();

    /**
     * @param sinceMillis when it began
     * @param untilMillis nothing is offered before
     * @param reason the latest failure
     * @param failures in a row, at least 1 also where a new host has none yet: with 0 a destination would rest as if
     *     nothing of it were due before the pause is over, and overlook what was
     */
    record Pause(long sinceMillis, long untilMillis, Reply reason, int failures) {
        Pause {
            failures = Math.max(1, failures);
        }
    }

    void put(String site, Pause pause) {
        pauses.put(site, pause);
    }

    void remove(String site) {
        pauses.remove(site);
    }

    /** The pause of a site, if it has one at this time. */
    Optional<Pause> at(String site, long nowMillis) {
        Pause pause = pauses.get(site);
        return pause == null || pause.untilMillis() <= nowMillis ? Optional.empty() : Optional.of(pause);
    }
}
