/**
 * What operators see over HTTP: health, metrics, the queue.
 */
@NullMarked
package posthaste.server.admin;

import org.jspecify.annotations.NullMarked;
