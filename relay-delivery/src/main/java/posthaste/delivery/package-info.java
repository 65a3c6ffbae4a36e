/**
 * What to try next, and what an attempt meant: destinations, sites, retry, failure rules.
 */
@NullMarked
package posthaste.delivery;

import org.jspecify.annotations.NullMarked;
