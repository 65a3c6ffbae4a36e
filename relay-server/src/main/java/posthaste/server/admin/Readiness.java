package posthaste.server.admin;

import java.util.List;

/** Whether the relay takes mail now. */
@FunctionalInterface
public interface Readiness {

    /** Why not, each reason one line for an operator; empty when it does. Never blocks. */
    List<String> reasonsAgainst();
}
