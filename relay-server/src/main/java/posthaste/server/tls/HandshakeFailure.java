package posthaste.server.tls;

import io.netty.handler.ssl.NotSslRecordException;
import java.nio.channels.ClosedChannelException;
import java.util.regex.Pattern;
import javax.net.ssl.SSLException;

/** Why a handshake failed, in words of ours: those of an engine may hold what the client sent. */
public enum HandshakeFailure {
    TIMED_OUT("it did not end within " + Handshake.TIME_MAX.toSeconds() + " s"),
    CLOSED("the client closed the connection"),
    NO_TLS("what came is no TLS"),
    NO_COMMON_VERSION("the client speaks no version of TLS that is spoken here"),
    CERTIFICATE_REFUSED("the client refused the certificate"),
    OTHER("the two sides could not agree");

    /** Each engine has its own words. */
    private static final Pattern VERSION =
            Pattern.compile("(?i)PROTOCOL.?VERSION|UNSUPPORTED.PROTOCOL|REQUESTED PROTOCOL");

    private static final Pattern REFUSAL = Pattern.compile("(?i)ALERT.*(CERTIFICATE|UNKNOWN_CA)");

    private final String reason;

    HandshakeFailure(String reason) {
        this.reason = reason;
    }

    /** For a log. */
    public String reason() {
        return reason;
    }

    /** @param cause as an engine or Netty tells it */
    public static HandshakeFailure of(Throwable cause) {
        if (cause instanceof NotSslRecordException) return NO_TLS;
        if (cause instanceof ClosedChannelException) return CLOSED;
        if (!(cause instanceof SSLException)) return OTHER;
        String text = String.valueOf(cause.getMessage());
        if (VERSION.matcher(text).find()) return NO_COMMON_VERSION;
        return REFUSAL.matcher(text).find() ? CERTIFICATE_REFUSED : OTHER;
    }
}
