package posthaste.server.auth;

import java.util.Optional;

/**
 * What a SCRAM client sends first (RFC 5802 §7, client-first-message).
 *
 * @param gs2Header as it was sent, its last comma included: the client repeats it under its proof
 * @param binding {@code n}, {@code y}, or the type of channel binding behind {@code p=}
 * @param actAs who the client wants to act for; empty for itself
 * @param bare the rest, as it was sent
 * @param name the user, its commas and equals signs decoded
 * @param nonce of the client
 */
record ScramFirst(String gs2Header, Binding binding, Optional<String> actAs, String bare, String name, String nonce) {
    private static final int NONCE_MAX = 512;

    /** What the client says of channel binding. */
    sealed interface Binding {

        /** It cannot bind. */
        record Impossible() implements Binding {}

        /** It could, and was not offered it. */
        record NotOffered() implements Binding {}

        /** It does. */
        record By(String type) implements Binding {}
    }

    /** Empty for whatever has not exactly this form. Mandatory extensions ({@code m=}) are such. */
    static Optional<ScramFirst> parse(String message) {
        int flagEnd = message.indexOf(',');
        int headerEnd = flagEnd < 0 ? -1 : message.indexOf(',', flagEnd + 1);
        if (headerEnd < 0) return Optional.empty();
        String identity = message.substring(flagEnd + 1, headerEnd);
        String bare = message.substring(headerEnd + 1);
        Optional<Binding> binding = binding(message.substring(0, flagEnd));
        Optional<String> actAs =
                identity.startsWith("a=") ? SaslText.saslName(identity.substring(2)) : Optional.empty();
        if (binding.isEmpty() || identity.isEmpty() == actAs.isPresent()) return Optional.empty();
        String[] fields = bare.split(",", -1);
        if (fields.length < 2 || !fields[0].startsWith("n=") || !fields[1].startsWith("r=")) return Optional.empty();
        String nonce = fields[1].substring(2);
        if (!isNonce(nonce) || !areExtensions(fields)) return Optional.empty();
        String header = message.substring(0, headerEnd + 1);
        return SaslText.saslName(fields[0].substring(2))
                .map(name -> new ScramFirst(header, binding.get(), actAs, bare, name, nonce));
    }

    private static Optional<Binding> binding(String flag) {
        if (flag.equals("n")) return Optional.of(new Binding.Impossible());
        if (flag.equals("y")) return Optional.of(new Binding.NotOffered());
        boolean named = flag.startsWith("p=") && flag.length() > 2;
        return named ? Optional.of(new Binding.By(flag.substring(2))) : Optional.empty();
    }

    /** Visible ASCII without a comma, which was split at. */
    private static boolean isNonce(String text) {
        boolean bounded = !text.isEmpty() && text.length() <= NONCE_MAX;
        return bounded && text.chars().allMatch(c -> c > ' ' && c <= '~');
    }

    /** Of a letter, an equals sign and a value; optional ones are passed over (RFC 5802 §5.1). */
    private static boolean areExtensions(String[] fields) {
        for (int i = 2; i < fields.length; i++) {
            String field = fields[i];
            boolean letter = field.length() > 2 && isLetter(field.charAt(0)) && field.charAt(1) == '=';
            if (!letter || field.indexOf(0) >= 0) return false;
        }
        return true;
    }

    private static boolean isLetter(char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    }
}
