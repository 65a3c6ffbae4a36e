package posthaste.server.filter;

/**
 * What relay and filter have agreed on when their connection was opened.
 *
 * @param version of the protocol that both speak
 * @param wishes what the filter does not want to be sent, or to answer
 */
record FilterTerms(int version, int wishes) {
    static final int VERSION_MIN = 2;
    static final int VERSION_MAX = 6;
    /** Since this version a connection can serve another message of another client. */
    private static final int REUSE_SINCE = 6;
    /** Since this version there is the command that tells of DATA. */
    private static final int DATA_SINCE = 4;

    /** The one thing that a filter may do to a message beside judging it: have an operator look at it. */
    static final int ACTION_QUARANTINE = 0x20;

    static final int NO_CONNECT = 0x1;
    static final int NO_HELO = 0x2;
    static final int NO_MAIL = 0x4;
    static final int NO_RCPT = 0x8;
    static final int NO_BODY = 0x10;
    static final int NO_HEADERS = 0x20;
    static final int NO_HEADER_END = 0x40;
    static final int SILENT_HEADERS = 0x80;
    private static final int NO_UNKNOWN = 0x100;
    static final int NO_DATA = 0x200;
    private static final int SKIP = 0x400;
    static final int SILENT_CONNECT = 0x1000;
    static final int SILENT_HELO = 0x2000;
    static final int SILENT_MAIL = 0x4000;
    static final int SILENT_RCPT = 0x8000;
    static final int SILENT_DATA = 0x1_0000;
    private static final int SILENT_UNKNOWN = 0x2_0000;
    static final int SILENT_HEADER_END = 0x4_0000;
    static final int SILENT_BODY = 0x8_0000;
    private static final int LEADING_BLANKS = 0x10_0000;

    /** Everything that a filter may wish for; recipients that were refused are never shown. */
    private static final int POSSIBLE = NO_CONNECT
            | NO_HELO
            | NO_MAIL
            | NO_RCPT
            | NO_BODY
            | NO_HEADERS
            | NO_HEADER_END
            | SILENT_HEADERS
            | NO_UNKNOWN
            | NO_DATA
            | SKIP
            | SILENT_CONNECT
            | SILENT_HELO
            | SILENT_MAIL
            | SILENT_RCPT
            | SILENT_DATA
            | SILENT_UNKNOWN
            | SILENT_HEADER_END
            | SILENT_BODY
            | LEADING_BLANKS;

    /** The first packet on a connection. */
    static byte[] offer() {
        return new FilterFrame('O')
                .number32(VERSION_MAX)
                .number32(ACTION_QUARANTINE)
                .number32(POSSIBLE)
                .encoded();
    }

    /**
     * What the filter made of the offer; what it names beyond that is not agreed on. One of an older version cannot say that
     * it knows no DATA, and would end the connection over it.
     */
    static FilterTerms agreed(FilterAnswer.Terms answer) {
        int unknown = answer.version() < DATA_SINCE ? NO_DATA : 0;
        return new FilterTerms(answer.version(), (answer.wishes() & POSSIBLE) | unknown);
    }

    /** Whether the filter wishes for any of these. */
    boolean wishes(int what) {
        return (wishes & what) != 0;
    }

    /** Whether the value of a field begins right behind the colon, blanks included. */
    boolean keepsLeadingBlanks() {
        return wishes(LEADING_BLANKS);
    }

    boolean allowReuse() {
        return version >= REUSE_SINCE;
    }
}
