/** The client against a scripted host: the names of the tests begin with the ids of the checks they stand for. */
@NullMarked
package posthaste.delivery.client;

import org.jspecify.annotations.NullMarked;
