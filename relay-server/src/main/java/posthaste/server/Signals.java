package posthaste.server;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Signals of the operating system. The JDK has no other way to see a second SIGTERM while the first is being obeyed than
 * {@code sun.misc.Signal}, which is exported and supported (module jdk.unsupported) but warned about on compilation:
 * hence reflection.
 */
final class Signals {
    private static final Logger LOG = LoggerFactory.getLogger(Signals.class);

    private Signals() {}

    /**
     * Calls {@code handler} for each signal of this name from now on, on a thread of the JVM.
     *
     * @param name without SIG, such as TERM
     * @return whether that is possible here
     */
    static boolean handle(String name, Runnable handler) {
        try {
            Class<?> signal = Class.forName("sun.misc.Signal");
            Class<?> handlerType = Class.forName("sun.misc.SignalHandler");
            InvocationHandler calls = (proxy, method, arguments) -> called(proxy, method, arguments, handler);
            Object proxy = Proxy.newProxyInstance(handlerType.getClassLoader(), new Class<?>[] {handlerType}, calls);
            signal.getMethod("handle", signal, handlerType)
                    .invoke(null, signal.getConstructor(String.class).newInstance(name), proxy);
            return true;
        } catch (ReflectiveOperationException | IllegalArgumentException unsupported) {
            LOG.warn("SIG{} cannot be handled here: {}", name, unsupported.toString());
            return false;
        }
    }

    private static Object called(Object proxy, Method method, Object[] arguments, Runnable handler) {
        return switch (method.getName()) {
            case "equals" -> arguments.length == 1 && arguments[0] == proxy;
            case "hashCode" -> System.identityHashCode(proxy);
            case "toString" -> "Signals";
            default -> {
                handler.run();
                yield Void.TYPE;
            }
        };
    }
}
