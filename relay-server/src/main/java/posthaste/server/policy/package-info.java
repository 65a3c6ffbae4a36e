/**
 * Who may relay, from whom, to whom and how much.
 */
@NullMarked
package posthaste.server.policy;

import org.jspecify.annotations.NullMarked;
