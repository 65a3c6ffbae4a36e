/**
 * The process: reads the configuration, wires everything, starts and stops it.
 */
@NullMarked
package posthaste.server;

import org.jspecify.annotations.NullMarked;
