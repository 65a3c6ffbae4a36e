/**
 * Content filters: programs that speak the milter protocol (version 6, and what is left of it down to 2) and see each
 * message while it comes in.
 *
 * <pre>
 *   Reception --content--&gt; MilterScreening --&gt; FilterDialogue (one per filter) --frames--&gt; FilterConnection --&gt; socket
 *                               |                    ^  ContentSplitter: fields, end of the header, body      |
 *   Session   &lt;--one verdict----+                    +--------- FilterAnswer &lt;--------- AnswerReader &lt;--------+
 * </pre>
 *
 * What holds at all times: everything of one message lives on the event loop of its session, and so do the connections
 * that it uses; what is kept of a message that a filter has not read yet is bounded, and the client waits beyond that; a
 * filter changes nothing of a message; and whatever goes wrong with a filter becomes the verdict that the operator chose
 * for it.
 */
@NullMarked
package posthaste.server.filter;

import org.jspecify.annotations.NullMarked;
