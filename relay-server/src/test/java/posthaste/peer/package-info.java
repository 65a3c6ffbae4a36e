/**
 * The relay between real programs: messages that swaks, curl, msmtp, smtplib, Nodemailer and Angus Mail hand in, Postfix
 * or a scripted host as the next hop, OpenSSL and GnuPG as judges of what arrives. Needs Debian packages
 * ({@code .ci/packages}) and root for Postfix; tests are skipped, with the name of what is missing, where they cannot run.
 */
@NullMarked
package posthaste.peer;

import org.jspecify.annotations.NullMarked;
