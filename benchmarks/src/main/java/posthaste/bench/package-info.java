/**
 * Measures and breaks the relay from outside: benchmarks of the parts, the harness, the crash tool.
 */
@NullMarked
package posthaste.bench;

import org.jspecify.annotations.NullMarked;
