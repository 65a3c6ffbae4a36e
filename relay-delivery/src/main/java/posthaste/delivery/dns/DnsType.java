package posthaste.delivery.dns;

/** The types of records that are asked for. */
public enum DnsType {
    A(1),
    MX(15),
    AAAA(28);

    private final int code;

    DnsType(int code) {
        this.code = code;
    }

    /** Its number in a question (RFC 1035 §3.2.2). */
    int code() {
        return code;
    }
}
