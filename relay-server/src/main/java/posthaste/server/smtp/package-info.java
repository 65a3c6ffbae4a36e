/**
 * One inbound connection: what comes in, what is decided, what goes out.
 *
 * <pre>
 *   ClientSocket --octets--&gt; CommandLines --Command--&gt; SessionState --Transition(next, Action, Toll)--&gt; Session
 *        ^       --octets--&gt; Reception (between DATA and its end) ----&gt; IncomingMessage         |
 *        +---------------------------- replies, in one write per read -------------------------+
 * </pre>
 *
 * What holds at all times: a session lives on one event loop and is asked there only; 250 to a final dot is said after
 * the queue has completed the acceptance and at no other place; input is read in order, one command at a time, and is
 * held while a commit is awaited, while the queue or a content filter has no room, and while more than 64 KiB of replies are not read. A new
 * command is a method of {@code Command.Handler} with its default in {@code SessionState}; a new thing to do is an
 * {@code Action}; what takes octets in another form than lines is an {@code Input}. None of it adds a case to a switch.
 */
@NullMarked
package posthaste.server.smtp;

import org.jspecify.annotations.NullMarked;
