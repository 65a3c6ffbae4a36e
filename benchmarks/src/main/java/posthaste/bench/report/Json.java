package posthaste.bench.report;

import java.util.Iterator;
import java.util.List;
import java.util.Map;

/**
 * JSON text (RFC 8259) of maps, lists, strings, finite numbers, booleans. Keys stand in the order of their map, two
 * blanks indent a level, so that two results can be compared line by line.
 */
public final class Json {
    private static final String INDENT = "  ";

    private final StringBuilder text = new StringBuilder();

    private Json() {}

    /** @throws IllegalArgumentException for a value that JSON has no form for */
    public static String of(Object value) {
        Json json = new Json();
        json.put(value, 0);
        return json.text.append('\n').toString();
    }

    private void put(Object value, int level) {
        if (value instanceof Map<?, ?> map) putMap(map, level);
        else if (value instanceof List<?> list) putList(list, level);
        else if (value instanceof String string) putString(string);
        else if (value instanceof Boolean || value instanceof Integer || value instanceof Long) text.append(value);
        else if (value instanceof Double number && Double.isFinite(number)) text.append(shortest(number));
        else throw new IllegalArgumentException("no JSON for " + value);
    }

    /** Six digits behind the point are more than any figure here is worth. */
    private static String shortest(double number) {
        double rounded = Math.rint(number * 1e6) / 1e6;
        return rounded == Math.rint(rounded) && Math.abs(rounded) < 1e15
                ? Long.toString((long) rounded)
                : Double.toString(rounded);
    }

    private void putMap(Map<?, ?> map, int level) {
        if (map.isEmpty()) {
            text.append("{}");
            return;
        }
        text.append('{');
        Iterator<? extends Map.Entry<?, ?>> entries = map.entrySet().iterator();
        while (entries.hasNext()) {
            Map.Entry<?, ?> entry = entries.next();
            line(level + 1);
            putString(String.valueOf(entry.getKey()));
            text.append(": ");
            put(entry.getValue(), level + 1);
            if (entries.hasNext()) text.append(',');
        }
        line(level);
        text.append('}');
    }

    private void putList(List<?> list, int level) {
        text.append('[');
        boolean flat = list.stream().noneMatch(each -> each instanceof Map || each instanceof List);
        for (int i = 0; i < list.size(); i++) {
            if (i > 0) text.append(flat ? ", " : ",");
            if (!flat) line(level + 1);
            put(list.get(i), level + 1);
        }
        if (!flat) line(level);
        text.append(']');
    }

    private void line(int level) {
        text.append('\n').append(INDENT.repeat(level));
    }

    private void putString(String string) {
        text.append('"');
        for (int i = 0; i < string.length(); i++) {
            char c = string.charAt(i);
            if (c == '"' || c == '\\') text.append('\\').append(c);
            else if (c < ' ') text.append(String.format("\\u%04x", (int) c));
            else text.append(c);
        }
        text.append('"');
    }
}
