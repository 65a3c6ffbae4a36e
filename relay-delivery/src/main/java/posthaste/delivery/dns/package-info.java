/**
 * Names as a mail relay needs them: raw answers, CNAME chains, negative and stale answers, fail-over.
 */
@NullMarked
package posthaste.delivery.dns;

import org.jspecify.annotations.NullMarked;
