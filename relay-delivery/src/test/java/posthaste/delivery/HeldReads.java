package posthaste.delivery;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.Arrays;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import posthaste.queue.DeliveryListener;
import posthaste.queue.MailQueue;
import posthaste.queue.PriorityClass;

/** Lets a queue take as long over its reads of backlogs as the test wants, as a slow disk would. */
final class HeldReads {
    private final CompletableFuture<DeliveryListener> listener = new CompletableFuture<>();
    private final CountDownLatch held = new CountDownLatch(1);
    private final CompletableFuture<Void> letGo = new CompletableFuture<>();
    private final CountDownLatch taken = new CountDownLatch(1);

    MailQueue of(MailQueue queue) {
        return (MailQueue) Proxy.newProxyInstance(
                MailQueue.class.getClassLoader(), new Class<?>[] {MailQueue.class}, (proxy, method, arguments) -> {
                    if (method.getName().equals("start")) listener.complete((DeliveryListener) arguments[0]);
                    if (!method.getName().equals("backlog")) return call(queue, method, arguments);
                    held.countDown();
                    return letGo.thenCompose(now -> read(queue, method, arguments));
                });
    }

    private CompletionStage<?> read(MailQueue queue, Method method, Object[] arguments) {
        Object[] watched = Arrays.copyOf(arguments, arguments.length);
        var owner = (Executor) arguments[arguments.length - 1];
        Executor told = task -> owner.execute(() -> {
            task.run();
            taken.countDown();
        });
        watched[watched.length - 1] = told;
        try {
            return (CompletionStage<?>) call(queue, method, watched);
        } catch (Throwable failure) {
            return CompletableFuture.failedStage(failure);
        }
    }

    private static Object call(MailQueue queue, Method method, Object[] arguments) throws Throwable {
        try {
            return method.invoke(queue, arguments);
        } catch (InvocationTargetException failure) {
            throw failure.getCause();
        }
    }

    /** The walk of a start over what is on disk comes to this destination only now. */
    void tellBacklog(String destination) {
        EngineFixture.await(listener).backlog(destination, PriorityClass.NORMAL, 0);
    }

    void awaitHeld() {
        EngineFixture.await(() -> held.getCount() == 0, "nothing is read");
    }

    /** Lets the reads go on, and returns when the first of them was taken. */
    void letGo() {
        letGo.complete(null);
        EngineFixture.await(() -> taken.getCount() == 0, "the read does not end");
    }
}
