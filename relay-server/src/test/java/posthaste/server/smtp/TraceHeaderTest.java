package posthaste.server.smtp;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import posthaste.queue.Envelope.Source;
import posthaste.queue.MessageId;
import posthaste.smtp.Mailbox;

class TraceHeaderTest {
    private static final MessageId ID = new MessageId(77);
    private static final String DATE = "Tue, 24 Nov 2026 23:59:59 +0000";

    private static String field(Source source, Optional<Mailbox> recipient) {
        return new String(TraceHeader.of("relay.test", source).field(ID, recipient, DATE), ISO_8859_1);
    }

    @Test
    void theFieldNamesClientServerIdAndRecipient() {
        var source = new Source("192.0.2.1", "client.test", "ESMTP", "");

        assertThat(field(source, Optional.of(new Mailbox("u", "dest.test"))))
                .isEqualTo("Received: from client.test ([192.0.2.1])\r\n by relay.test with ESMTP id " + ID
                        + "\r\n for <u@dest.test>;\r\n " + DATE + "\r\n");
    }

    @Test
    void withSeveralRecipientsNoneIsNamed() {
        var source = new Source("2001:db8::1", "[IPv6:2001:db8::1]", "SMTP", "");

        assertThat(field(source, Optional.empty()))
                .isEqualTo("Received: from [IPv6:2001:db8::1] ([IPv6:2001:db8::1])\r\n by relay.test with SMTP id " + ID
                        + ";\r\n " + DATE + "\r\n");
    }

    @Test
    void nothingAClientClaimsCanBreakTheField() {
        var source = new Source("192.0.2.1", "evil\r\nBcc: x", "ESMTP", "");

        assertThat(field(source, Optional.empty())).startsWith("Received: from evil\\x0d\\x0aBcc: x (");
    }

    @Test
    void theDateIsThatOfRfc5322() {
        var date = new TraceDate();

        assertThat(date.at(Instant.parse("2026-03-01T04:05:06.789Z"))).isEqualTo("Sun, 1 Mar 2026 04:05:06 +0000");
        assertThat(date.at(Instant.parse("2026-03-01T04:05:06.999Z"))).isEqualTo("Sun, 1 Mar 2026 04:05:06 +0000");
        assertThat(date.at(Instant.parse("2026-03-01T04:05:07Z"))).isEqualTo("Sun, 1 Mar 2026 04:05:07 +0000");
    }
}
