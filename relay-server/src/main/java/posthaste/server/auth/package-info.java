/**
 * Who a client is: users and their passwords, the SASL mechanisms of the server (RFC 4422), tokens, and what is done
 * about those who guess. It knows nothing of sessions: octets of a client go in, one {@link SaslStep} comes out.
 */
@NullMarked
package posthaste.server.auth;

import org.jspecify.annotations.NullMarked;
