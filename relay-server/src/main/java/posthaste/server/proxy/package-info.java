/**
 * The PROXY protocol, versions 1 and 2 (HAProxy's proxy-protocol.txt): what a balancer says of the client in front of
 * everything that the client says.
 */
@NullMarked
package posthaste.server.proxy;

import org.jspecify.annotations.NullMarked;
