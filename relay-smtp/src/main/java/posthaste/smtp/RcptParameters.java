package posthaste.smtp;

/** What a client said behind the path of RCPT TO (RFC 5321 §4.1.2 Rcpt-parameters). No parameter is known yet. */
public record RcptParameters() {
    public static final RcptParameters NONE = new RcptParameters();
}
