/**
 * What the tests of this and later modules play against: {@link posthaste.delivery.testkit.TestDns}, a name server that
 * answers, fails, lies and counts as a test tells it to, and {@link posthaste.delivery.testkit.ScriptedHop}, a mail host
 * of the same kind. Real packets on loopback; nothing here is part of the relay.
 */
@NullMarked
package posthaste.delivery.testkit;

import org.jspecify.annotations.NullMarked;
