/** Clients that mean harm, and what becomes of the others meanwhile. */
@NullMarked
package posthaste.bench.hostile;

import org.jspecify.annotations.NullMarked;
