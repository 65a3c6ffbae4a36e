package posthaste.server;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import posthaste.server.filter.FilterConfig;
import posthaste.server.filter.FilterConfig.OnFailure;

/** Reads what messages are shown before they are taken: {@code [[filter]]}. */
final class FilterSections {
    private static final int FILTERS_MAX = 16;
    private static final int CONNECTIONS_MAX = 10_000;
    private static final String INET = "inet:";
    /** A client waits ten minutes at least for the answer to its message (RFC 5321 §4.5.3.2.6). */
    private static final Duration TIMEOUT_MAX = Duration.ofMinutes(8);

    private static final Duration TIMEOUT_MIN = Duration.ofMillis(100);
    /** What stands for one that is wrong. */
    private static final InetSocketAddress NOWHERE = new InetSocketAddress(InetAddress.getLoopbackAddress(), 1);

    private final Section root;

    FilterSections(Section root) {
        this.root = root;
    }

    List<FilterConfig> read() {
        List<Section> sections = root.sections("filter");
        if (sections.size() > FILTERS_MAX) root.problem("filter", "at most " + FILTERS_MAX + " filters");
        return sections.stream().limit(FILTERS_MAX).map(FilterSections::filter).toList();
    }

    private static FilterConfig filter(Section section) {
        InetSocketAddress address = section.text("address", "required", NOWHERE, FilterSections::address);
        if (!section.has("address")) section.problem("address", "missing; write \"127.0.0.1:11332\"");
        return new FilterConfig(
                address,
                section.duration("timeout", TIMEOUT_MIN, TIMEOUT_MAX, FilterConfig.DEFAULT_TIMEOUT),
                section.duration("end-timeout", TIMEOUT_MIN, TIMEOUT_MAX, FilterConfig.DEFAULT_END_TIMEOUT),
                section.text("on-failure", text(OnFailure.DEFER), OnFailure.DEFER, FilterSections::onFailure),
                section.integer("connections", 1, CONNECTIONS_MAX, FilterConfig.DEFAULT_CONNECTIONS));
    }

    /** Other servers write {@code inet:} before it, and {@code unix:} before what this one cannot do. */
    private static InetSocketAddress address(String text) {
        if (text.startsWith("unix:") || text.startsWith("local:") || text.startsWith("/")) {
            throw new IllegalArgumentException(
                    "filters are reached over TCP only; have it listen at \"127.0.0.1:11332\", say, and write that");
        }
        InetSocketAddress address = Addresses.bind(text.startsWith(INET) ? text.substring(INET.length()) : text);
        if (address.getPort() == 0 || address.getAddress().isAnyLocalAddress()) {
            throw new IllegalArgumentException(
                    Section.shown(text) + " is nowhere to connect to; write \"127.0.0.1:11332\"");
        }
        return address;
    }

    private static String text(OnFailure choice) {
        return choice.name().toLowerCase(Locale.ROOT);
    }

    private static OnFailure onFailure(String text) {
        var known = new ArrayList<String>();
        for (OnFailure choice : OnFailure.values()) {
            if (text(choice).equals(text)) return choice;
            known.add('"' + text(choice) + '"');
        }
        throw new IllegalArgumentException(
                "%s is none of the choices; write %s".formatted(Section.shown(text), String.join(" or ", known)));
    }
}
