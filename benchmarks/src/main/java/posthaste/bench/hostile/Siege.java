package posthaste.bench.hostile;

import java.time.Duration;
import java.util.Optional;

/** One attack, and the client that goes on sending beside it. */
public final class Siege {
    /** Who may log in. */
    public static final String USER = GoodClient.USER;

    public static final String PASSWORD = GoodClient.PASSWORD;

    private static final Duration WARM_UP = Duration.ofSeconds(3);

    private Siege() {}

    /**
     * What came of it.
     *
     * @param title of the attack
     * @param connections that attackers began
     * @param served messages of the client that means well
     * @param worst time that one of them took
     * @param failure of that client, if there was one
     * @param smuggled messages that came out of others
     */
    public record Outcome(
            String title, int connections, int served, Duration worst, Optional<String> failure, int smuggled) {}

    /** Lets the relay, and this JVM, see ordinary clients first. */
    public static void warmUp(Target target) throws InterruptedException {
        try (var client = new GoodClient(target)) {
            Thread.sleep(WARM_UP.toMillis()); // nothing is waited for: this is how long the warm-up is
            client.end();
        }
    }

    /** Attacks for {@code time}. */
    public static Outcome of(Target target, Attack attack, Duration time) throws InterruptedException {
        int smuggledBefore = Attack.smuggled();
        int connectionsBefore = Target.attackers();
        try (var client = new GoodClient(target)) {
            attack.run(target, Attack.Until.in(time));
            GoodClient.Served served = client.end();
            return new Outcome(
                    attack.title(),
                    Target.attackers() - connectionsBefore,
                    served.messages(),
                    served.worst(),
                    served.failure(),
                    Attack.smuggled() - smuggledBefore);
        }
    }
}
