package posthaste.server;

import static java.nio.charset.StandardCharsets.UTF_8;

import ch.qos.logback.classic.AsyncAppender;
import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.encoder.JsonEncoder;
import ch.qos.logback.classic.encoder.PatternLayoutEncoder;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.ConsoleAppender;
import ch.qos.logback.core.encoder.Encoder;
import java.util.concurrent.atomic.LongAdder;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The log of the process: lines on standard error, written by a thread of their own. Whoever logs never waits: where
 * the reader of standard error is too slow, lines beyond a bound are discarded and counted. Thread-safe.
 */
public final class Logging implements AutoCloseable {
    private static final int LINES_WAITING_MAX = 8192;
    private static final int FLUSH_MILLIS_MAX = 2000;
    private static final String LINE =
            "%d{yyyy-MM-dd'T'HH:mm:ss.SSSXXX} %-5level %logger{0} %replace(%msg){'[\\r\\n]+', ' '}%n";

    /** How a line looks. */
    public enum Format {
        TEXT,
        JSON
    }

    private final LoggerContext context;
    private final BoundedAppender appender;

    private Logging(LoggerContext context, BoundedAppender appender) {
        this.context = context;
        this.appender = appender;
    }

    /** Sends every log of the process to standard error; replaces what was set up before. */
    public static Logging start(Format format, boolean verbose) {
        LoggerContext context = (LoggerContext) LoggerFactory.getILoggerFactory();
        context.reset();
        context.start();
        var console = new ConsoleAppender<ILoggingEvent>();
        console.setContext(context);
        console.setTarget("System.err");
        console.setEncoder(encoder(format, context));
        console.start();
        var appender = new BoundedAppender();
        appender.setContext(context);
        appender.addAppender(console);
        appender.start();
        var root = context.getLogger(Logger.ROOT_LOGGER_NAME);
        root.addAppender(appender);
        root.setLevel(Level.INFO);
        // Libraries tell of what their callers handle and log anyway.
        context.getLogger("io.netty").setLevel(Level.WARN);
        context.getLogger("posthaste").setLevel(verbose ? Level.DEBUG : Level.INFO);
        return new Logging(context, appender);
    }

    private static Encoder<ILoggingEvent> encoder(Format format, LoggerContext context) {
        return format == Format.JSON ? json(context) : text(context);
    }

    private static Encoder<ILoggingEvent> text(LoggerContext context) {
        var encoder = new PatternLayoutEncoder();
        encoder.setContext(context);
        encoder.setCharset(UTF_8);
        encoder.setPattern(LINE);
        encoder.start();
        return encoder;
    }

    private static Encoder<ILoggingEvent> json(LoggerContext context) {
        var encoder = new JsonEncoder();
        encoder.setContext(context);
        encoder.setWithSequenceNumber(false);
        encoder.setWithNanoseconds(false);
        encoder.setWithContext(false);
        encoder.setWithMessage(false);
        encoder.setWithArguments(false);
        encoder.setWithFormattedMessage(true);
        encoder.start();
        return encoder;
    }

    /** Lines that were discarded so far. */
    public long discarded() {
        return appender.discarded.sum();
    }

    /** Writes what waits, for at most two seconds. What is logged later is lost. */
    @Override
    public void close() {
        context.stop();
    }

    /** Waits for nobody. Warnings are no better than other lines: all of them are worth their place. */
    private static final class BoundedAppender extends AsyncAppender {
        private final LongAdder discarded = new LongAdder();

        BoundedAppender() {
            setQueueSize(LINES_WAITING_MAX);
            setDiscardingThreshold(0);
            setNeverBlock(true);
            setMaxFlushTime(FLUSH_MILLIS_MAX);
        }

        @Override
        protected void append(ILoggingEvent event) {
            if (getRemainingCapacity() == 0) {
                discarded.increment();
            } else {
                super.append(event);
            }
        }
    }
}
