package posthaste.smtp;

/** How much of the message a failure report carries: the RET parameter of MAIL (RFC 3461 §4.3). */
public enum ReturnContent {
    UNSPECIFIED,
    FULL,
    HEADERS
}
