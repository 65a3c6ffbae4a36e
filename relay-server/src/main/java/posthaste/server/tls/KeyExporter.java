package posthaste.server.tls;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.Optional;
import javax.net.ssl.ExtendedSSLSession;
import javax.net.ssl.SSLSession;

/** Keying material of a TLS session (RFC 8446 §7.5), which the JDK tells from version 25 on. */
final class KeyExporter {
    private static final String LABEL = "EXPORTER-Channel-Binding";
    private static final int OCTETS = 32;
    private static final Optional<MethodHandle> EXPORT = find();

    private KeyExporter() {}

    private static Optional<MethodHandle> find() {
        try {
            return Optional.of(MethodHandles.publicLookup()
                    .findVirtual(
                            ExtendedSSLSession.class,
                            "exportKeyingMaterialData",
                            MethodType.methodType(byte[].class, String.class, byte[].class, int.class)));
        } catch (ReflectiveOperationException older) {
            return Optional.empty();
        }
    }

    /** RFC 9266 §2; of TLS 1.2 it is unsafe without the extended master secret, which nobody tells us. */
    static Optional<byte[]> export(SSLSession session) {
        boolean possible = session instanceof ExtendedSSLSession && "TLSv1.3".equals(session.getProtocol());
        if (!possible || EXPORT.isEmpty()) return Optional.empty();
        try {
            return Optional.of((byte[]) EXPORT.get().invoke((ExtendedSSLSession) session, LABEL, new byte[0], OCTETS));
        } catch (Throwable unsupported) {
            return Optional.empty();
        }
    }
}
