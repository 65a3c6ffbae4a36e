package posthaste.delivery.dns;

import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.dns.DefaultDnsRecordDecoder;
import io.netty.handler.codec.dns.DnsRawRecord;
import io.netty.handler.codec.dns.DnsRecord;
import io.netty.handler.codec.dns.DnsRecordType;
import io.netty.handler.codec.dns.DnsResponse;
import io.netty.handler.codec.dns.DnsResponseCode;
import io.netty.handler.codec.dns.DnsSection;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Reads a response packet. Believes the answer section only, records of class IN and of the asked type or CNAME; of the
 * authority section the SOA record alone. Records that do not parse are as good as absent.
 */
final class ReplyReader {
    /** Records looked at per section. More belong to no mail domain and would only cost memory. */
    private static final int RECORDS_MAX = 512;

    private static final int CLASS_IN = 1;
    private static final long TTL_SIGN_BIT = 0x8000_0000L;
    private static final int SOA_NUMBERS_BYTES = 20;
    private static final int SOA_MINIMUM_OFFSET = 16;

    private ReplyReader() {}

    static DnsReply read(DnsQuestion question, DnsResponse response) {
        DnsResponseCode code = response.code();
        // Netty falls back to the truncated packet where TCP fails; half of the MX records are worse than none.
        if (response.isTruncated()) return unusable("truncated answer, and none over TCP", DnsReply.Cause.OTHER);
        if (code.equals(DnsResponseCode.FORMERR) || code.equals(DnsResponseCode.NOTIMP)) {
            return unusable(name(code), DnsReply.Cause.FORMAT);
        }
        boolean nameExists = !code.equals(DnsResponseCode.NXDOMAIN);
        if (nameExists && !code.equals(DnsResponseCode.NOERROR)) return unusable(name(code), DnsReply.Cause.OTHER);

        var reply = new DnsReply.Usable(nameExists, answers(question, response), negativeTtl(response));
        if (nameExists && isReferral(response)) return unusable("a referral, no recursion", DnsReply.Cause.OTHER);
        boolean evasive =
                response.count(DnsSection.ANSWER) > 0 && reply.records().isEmpty();
        if (evasive && nameExists && reply.negativeTtlSeconds().isEmpty()) {
            return unusable("records that were not asked for", DnsReply.Cause.OTHER);
        }
        if (!reply.concerns(question.name())) return unusable("an answer about another name", DnsReply.Cause.OTHER);
        return reply;
    }

    private static DnsReply unusable(String reason, DnsReply.Cause cause) {
        return new DnsReply.Unusable(reason, cause);
    }

    /** Netty's text is {@code ServFail(2)}. */
    private static String name(DnsResponseCode code) {
        return code.toString();
    }

    /**
     * Nothing but the names of other servers: from a server that does not resolve for us. Taken as "no MX" it would
     * send mail to the wrong host.
     */
    private static boolean isReferral(DnsResponse response) {
        if (response.count(DnsSection.ANSWER) > 0) return false;
        boolean others = false;
        for (int i = 0; i < bounded(response, DnsSection.AUTHORITY); i++) {
            DnsRecord record = response.recordAt(DnsSection.AUTHORITY, i);
            if (record.type().equals(DnsRecordType.SOA)) return false;
            others |= record.type().equals(DnsRecordType.NS);
        }
        return others;
    }

    private static List<DnsReply.Entry> answers(DnsQuestion question, DnsResponse response) {
        var entries = new ArrayList<DnsReply.Entry>();
        for (int i = 0; i < bounded(response, DnsSection.ANSWER); i++) {
            DnsRecord record = response.recordAt(DnsSection.ANSWER, i);
            if (record.dnsClass() == CLASS_IN && record instanceof DnsRawRecord raw) {
                data(question.type(), raw)
                        .ifPresent(data -> entries.add(
                                new DnsReply.Entry(DomainNames.printable(raw.name()), ttl(raw.timeToLive()), data)));
            }
        }
        return entries;
    }

    private static int bounded(DnsResponse response, DnsSection section) {
        return Math.min(response.count(section), RECORDS_MAX);
    }

    /** A TTL with its top bit set is zero (RFC 2181 §8). */
    private static long ttl(long seconds) {
        return seconds >= TTL_SIGN_BIT ? 0 : seconds;
    }

    private static Optional<DnsData> data(DnsType asked, DnsRawRecord record) {
        ByteBuf content = record.content();
        content.markReaderIndex();
        try {
            if (record.type().equals(DnsRecordType.CNAME)) {
                return Optional.of(new DnsData.Alias(nameIn(content)));
            }
            if (record.type().intValue() != asked.code()) return Optional.empty();
            return asked == DnsType.MX ? exchange(content) : address(content, asked == DnsType.A ? 4 : 16);
        } finally {
            content.resetReaderIndex();
        }
    }

    private static Optional<DnsData> exchange(ByteBuf content) {
        if (content.readableBytes() < Short.BYTES + 1) return Optional.empty();
        return Optional.of(new DnsData.Exchange(content.readUnsignedShort(), nameIn(content)));
    }

    private static Optional<DnsData> address(ByteBuf content, int bytes) {
        if (content.readableBytes() != bytes) return Optional.empty();
        byte[] address = new byte[bytes];
        content.readBytes(address);
        try {
            // Turns an IPv4-mapped IPv6 address into the IPv4 address.
            return Optional.of(new DnsData.Address(InetAddress.getByAddress(address)));
        } catch (UnknownHostException impossible) {
            throw new IllegalStateException("4 and 16 bytes are addresses", impossible);
        }
    }

    private static String nameIn(ByteBuf content) {
        return DomainNames.printable(DefaultDnsRecordDecoder.decodeName(content));
    }

    /** The lesser of the SOA record's own TTL and its MINIMUM field (RFC 2308 §5). */
    private static OptionalLong negativeTtl(DnsResponse response) {
        for (int i = 0; i < bounded(response, DnsSection.AUTHORITY); i++) {
            DnsRecord record = response.recordAt(DnsSection.AUTHORITY, i);
            if (record.type().equals(DnsRecordType.SOA) && record instanceof DnsRawRecord raw) {
                return OptionalLong.of(Math.min(ttl(raw.timeToLive()), minimumOf(raw.content())));
            }
        }
        return OptionalLong.empty();
    }

    /** The last of the five numbers that follow the two names. */
    private static long minimumOf(ByteBuf content) {
        if (content.readableBytes() < SOA_NUMBERS_BYTES) return 0;
        int numbers = content.writerIndex() - SOA_NUMBERS_BYTES;
        return ttl(content.getUnsignedInt(numbers + SOA_MINIMUM_OFFSET));
    }
}
