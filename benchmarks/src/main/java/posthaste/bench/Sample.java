package posthaste.bench;

import java.util.Map;

/**
 * One look at a contender.
 *
 * @param seconds since the load began
 * @param values what could be told
 */
record Sample(double seconds, Map<Vital, Double> values) {}
