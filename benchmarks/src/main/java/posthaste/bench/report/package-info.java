/** Figures made readable: aligned text, JSON and SVG. Knows nothing of what was measured. */
@NullMarked
package posthaste.bench.report;

import org.jspecify.annotations.NullMarked;
