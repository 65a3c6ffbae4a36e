package posthaste.smtp;

/** What was seen of a message, as a value that tests compare. */
record ContentFacts(
        long octets,
        long longestLine,
        int receivedFields,
        boolean bareCr,
        boolean bareLf,
        boolean nul,
        boolean eightBitHeader,
        boolean utf8Header,
        boolean eightBitBody) {

    static ContentFacts of(ContentInspection content) {
        return new ContentFacts(
                content.octets(),
                content.longestLine(),
                content.receivedFields(),
                content.hasBareCr(),
                content.hasBareLf(),
                content.hasNul(),
                content.hasEightBitHeader(),
                content.hasUtf8Header(),
                content.hasEightBitBody());
    }
}
