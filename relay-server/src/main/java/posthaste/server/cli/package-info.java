/**
 * What operators type: one class per subcommand.
 */
@NullMarked
package posthaste.server.cli;

import org.jspecify.annotations.NullMarked;
