package posthaste.queue.rocksdb;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Instant;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import posthaste.queue.DeliveryKey;
import posthaste.queue.Envelope;
import posthaste.queue.Envelope.Deadline;
import posthaste.queue.Envelope.Requests;
import posthaste.queue.Envelope.Source;
import posthaste.queue.MessageId;
import posthaste.queue.Notices;
import posthaste.queue.PriorityClass;
import posthaste.queue.QueueEvent;
import posthaste.queue.QueueException.Corrupt;
import posthaste.queue.QueuedMessage;
import posthaste.queue.Recipient;
import posthaste.smtp.BodyType;
import posthaste.smtp.DeliverBy;
import posthaste.smtp.MailVerb;
import posthaste.smtp.Mailbox;
import posthaste.smtp.Notify;
import posthaste.smtp.Reply;
import posthaste.smtp.ReturnContent;
import posthaste.smtp.ReversePath;

/** The golden bytes are what a release wrote: a change that breaks them breaks every queue out there. */
class CodecTest {
    private static final long MILLIS = 1_800_000_000_000L;
    private static final MessageId ID = new MessageId(MessageId.floorOf(MILLIS).value() + 7);

    private static String hex(byte[] bytes) {
        return HexFormat.of().formatHex(bytes);
    }

    private static byte[] bytes(String hex) {
        return HexFormat.of().parseHex(hex.replace(" ", ""));
    }

    private static StoredMessage message() {
        Envelope envelope = new Envelope(
                ReversePath.of(new Mailbox("s", "app.example")),
                List.of(
                        new Recipient(new Mailbox("a", "One.example")),
                        new Recipient(
                                new Mailbox("b", "two.example"),
                                new Notify((byte) (Notify.FAILURE | Notify.DELAY)),
                                Optional.of("rfc822;b+40two.example")),
                        new Recipient(new Mailbox("\u00e9", "two.example"))),
                PriorityClass.BULK,
                BodyType.EIGHT_BIT_MIME,
                true,
                Requests.of(ReturnContent.HEADERS, Optional.of("QQ314159")),
                Instant.ofEpochMilli(MILLIS + 5),
                Instant.ofEpochMilli(MILLIS + 5 + 60_000),
                Optional.of(Instant.ofEpochMilli(MILLIS + 5 + 3_600_000)),
                new Source("192.0.2.1", "client.example", "ESMTPSA", "billing"));
        return new StoredMessage(
                new QueuedMessage(ID, envelope, 70_000, 2),
                new int[] {0x01020304, 0xfffefdfc},
                Part.of(envelope.recipients()));
    }

    @Test
    void aHeldRecipientIsAPartOfItsOwn() {
        Envelope plain = message().message.envelope();
        List<Recipient> recipients = List.of(
                new Recipient(new Mailbox("a", "one.example")), Recipient.held(new Mailbox("b", "one.example")));
        Envelope envelope = new Envelope(
                plain.reversePath(),
                recipients,
                plain.priority(),
                plain.bodyType(),
                plain.smtpUtf8(),
                plain.requests(),
                plain.receivedAt(),
                plain.firstDue(),
                plain.expiresAt(),
                plain.source());
        StoredMessage stored =
                new StoredMessage(new QueuedMessage(ID, envelope, 0, 0), new int[0], Part.of(recipients));

        StoredMessage decoded = MessageCodec.decode(ID, MessageCodec.encode(stored));

        assertThat(decoded.message).isEqualTo(stored.message);
        assertThat(decoded.firstKey(0).priority()).isEqualTo(PriorityClass.BULK);
        assertThat(decoded.firstKey(1).priority()).isEqualTo(PriorityClass.HELD);
        assertThat(decoded.parts.get(1).recipients).containsExactly(1);
    }

    @Test
    void theKeyOfADeliveryHasItsGoldenBytes() {
        DeliveryKey key = new DeliveryKey("example.com", PriorityClass.BULK, MILLIS, ID, 258, 65_535);
        String golden = "6578616d706c652e636f6d 00 02 000001a3185c5000 68c6171400000007 0102 ffff".replace(" ", "");

        assertThat(hex(DeliveryKeyCodec.encode(key))).isEqualTo(golden);
        assertThat(DeliveryKeyCodec.decode(bytes(golden))).isEqualTo(key);
        assertThat(DeliveryKeyCodec.dueMillisOf(bytes(golden))).isEqualTo(MILLIS);
    }

    @Test
    void theRangeOfADestinationIsClearOfLongerNames() {
        DeliveryKey first = new DeliveryKey("example.com", PriorityClass.URGENT, 0, new MessageId(0), 0, 0);
        DeliveryKey other = new DeliveryKey("example.com.au", PriorityClass.URGENT, 0, new MessageId(0), 0, 0);
        DeliveryKey last = new DeliveryKey("example.com", PriorityClass.HELD, Long.MAX_VALUE, ID, 65_535, 65_535);

        assertThat(Arrays.compareUnsigned(DeliveryKeyCodec.encode(first), DeliveryKeyCodec.encode(last)))
                .isNegative();
        assertThat(Arrays.compareUnsigned(DeliveryKeyCodec.encode(last), DeliveryKeyCodec.encode(other)))
                .isNegative();
        assertThat(Arrays.compareUnsigned(
                        DeliveryKeyCodec.encode(last), DeliveryKeyCodec.behind("example.com", PriorityClass.HELD)))
                .isNegative();
    }

    @Test
    void aMessageHasItsGoldenBytes() {
        byte[] value = MessageCodec.encode(message());
        StoredMessage read = MessageCodec.decode(ID, value);

        assertThat(hex(value)).isEqualTo(GOLDEN_MESSAGE);
        assertThat(read.message).isEqualTo(message().message);
        assertThat(read.chunkSums).containsExactly(0x01020304, 0xfffefdfc);
        assertThat(read.parts).hasSize(2);
        assertThat(read.parts.get(0).destination).isEqualTo("one.example");
        assertThat(read.parts.get(1).recipients).containsExactly(1, 2);
    }

    private static final String GOLDEN_MESSAGE =
            "01a911ca0e02990ac0a90780bab70301730b6170702e6578616d706c650851513331343135390931"
                    + "39322e302e322e310e636c69656e742e6578616d706c650745534d545053410762696c6c696e6703"
                    + "0001610b4f6e652e6578616d706c652601620b74776f2e6578616d706c65167266633832323b622b"
                    + "343074776f2e6578616d706c651002c3a9f0a2040201020304fffefdfc0200010000020102";

    /** The same message with everything that a client can ask for. */
    private static StoredMessage requesting() {
        return requesting(false);
    }

    private static StoredMessage requesting(boolean requireTls) {
        StoredMessage plain = message();
        Envelope envelope = plain.message.envelope();
        var requests = new Requests(
                MailVerb.SAML,
                ReturnContent.HEADERS,
                Optional.of("QQ314159"),
                OptionalInt.of(-4),
                Optional.of(new Deadline(Instant.ofEpochMilli(MILLIS + 5 + 120_000), DeliverBy.Mode.NOTIFY, true)),
                Optional.of("for;60"),
                requireTls);
        var with = new Envelope(
                envelope.reversePath(),
                envelope.recipients(),
                envelope.priority(),
                envelope.bodyType(),
                envelope.smtpUtf8(),
                requests,
                envelope.receivedAt(),
                envelope.firstDue(),
                envelope.expiresAt(),
                envelope.source());
        return new StoredMessage(new QueuedMessage(ID, with, 70_000, 2), plain.chunkSums, plain.parts);
    }

    @Test
    void aMessageWithRequestsHasTheGoldenBytesOfTheSecondVersion() {
        byte[] value = MessageCodec.encode(requesting());

        assertThat(hex(value)).isEqualTo(GOLDEN_REQUESTS);
        assertThat(MessageCodec.decode(ID, bytes(GOLDEN_REQUESTS)).message).isEqualTo(requesting().message);
    }

    @Test
    void aMessageThatRequiresTlsHasTheGoldenBytesOfTheThirdVersion() {
        byte[] value = MessageCodec.encode(requesting(true));

        assertThat(hex(value)).isEqualTo(GOLDEN_REQUIRE_TLS);
        assertThat(MessageCodec.decode(ID, bytes(GOLDEN_REQUIRE_TLS)).message).isEqualTo(requesting(true).message);
    }

    private static final String GOLDEN_REQUIRE_TLS =
            "03123edec602b90ac0a90780bab70301730b6170702e6578616d706c65085151333134313539ff0780d30e"
                    + "06666f723b3630093139322e302e322e310e636c69656e742e6578616d706c650745534d54505341076269"
                    + "6c6c696e67030001610b4f6e652e6578616d706c652601620b74776f2e6578616d706c6516726663383232"
                    + "3b622b343074776f2e6578616d706c651002c3a9f0a2040201020304fffefdfc0200010000020102";

    @Test
    void theBytesOfTheFirstVersionAreReadAsMailWithoutRequests() {
        assertThat(MessageCodec.decode(ID, bytes(GOLDEN_MESSAGE)).message).isEqualTo(message().message);
    }

    private static final String GOLDEN_REQUESTS =
            "027442b27402b90ac0a90780bab70301730b6170702e6578616d706c650851513331343135397f0780d30e0666"
                    + "6f723b3630093139322e302e322e310e636c69656e742e6578616d706c650745534d545053410762696c6c696e"
                    + "67030001610b4f6e652e6578616d706c652601620b74776f2e6578616d706c65167266633832323b622b343074"
                    + "776f2e6578616d706c651002c3a9f0a2040201020304fffefdfc0200010000020102";

    @Test
    void theEntriesOfAMessageInTheDeadlineFamilyHaveTheirGoldenBytes() {
        assertThat(Moments.keysOf(requesting()))
                .extracting(CodecTest::hex)
                .containsExactly("000001a318933e8568c6171400000007", "02000001a3185e24c568c6171400000007");
        assertThat(Moments.valueOf(Moments.keysOf(requesting()).get(0))).isEmpty();
        assertThat(hex(Moments.valueOf(Moments.keysOf(requesting()).get(1)))).isEqualTo("01");
        assertThatThrownBy(() -> Moments.requireKnown(new byte[] {2})).hasMessageContaining("version 2");
    }

    @Test
    void everyFlippedBitOfAMessageIsNoticed() {
        byte[] value = MessageCodec.encode(message());
        for (int bit = 0; bit < value.length * 8; bit++) {
            byte[] damaged = value.clone();
            damaged[bit / 8] ^= (byte) (1 << bit % 8);
            assertThatThrownBy(() -> MessageCodec.decode(ID, damaged)).isInstanceOf(Corrupt.class);
        }
    }

    @Test
    void anUnknownVersionIsNamed() {
        byte[] value = MessageCodec.encode(message());
        value[0] = 9;
        assertThatThrownBy(() -> MessageCodec.decode(ID, value))
                .isInstanceOf(Corrupt.class)
                .hasMessageContaining("version 9")
                .hasMessageContaining("another release");
        assertThatThrownBy(() -> DeliveryState.decode(new byte[] {2}, 1)).hasMessageContaining("version 2");
        assertThatThrownBy(() -> EventCodec.decode(1, new byte[] {2})).hasMessageContaining("version 2");
        assertThatThrownBy(() -> QueueState.decode(new byte[] {4})).hasMessageContaining("version 4");
    }

    @Test
    void aFreshDeliveryIsItsVersionAndADeferredOneHasItsGoldenBytes() {
        DeliveryState deferred = new DeliveryState(
                List.of(1, 2), 3, Notices.DELAY, Optional.of(Reply.of(451, "4.7.1", "Greylisted")), "mx.two.example");

        assertThat(hex(DeliveryState.FRESH.encode())).isEqualTo("01");
        assertThat(DeliveryState.decode(bytes("01"), 3)).isEqualTo(DeliveryState.FRESH);
        String golden = "01 01 03 020102 01 01c3 040701 01 0a477265796c6973746564 0e6d782e74776f2e6578616d706c65"
                .replace(" ", "");
        assertThat(hex(deferred.encode())).isEqualTo(golden);
        assertThat(DeliveryState.decode(bytes(golden), 3)).isEqualTo(deferred);
        DeliveryState both = new DeliveryState(List.of(1), 3, new Notices(true, true), Optional.empty(), "");
        assertThat(hex(both.encode())).isEqualTo("01030301010000");
        assertThat(DeliveryState.decode(both.encode(), 3)).isEqualTo(both);
        assertThatThrownBy(() -> DeliveryState.decode(bytes(golden), 2)).isInstanceOf(Corrupt.class);
        assertThatThrownBy(() -> DeliveryState.decode(bytes(golden + "00"), 3)).isInstanceOf(Corrupt.class);
    }

    @Test
    void anEventHasItsGoldenBytes() {
        QueueEvent event = new QueueEvent(
                5,
                MILLIS + 10,
                QueueEvent.Kind.DEFERRED,
                ID,
                "b@two.example",
                "two.example",
                3,
                "mx",
                "451 4.7.1 no",
                MILLIS + 10 + 300_000);
        byte[] value = EventCodec.encode(event);

        assertThat(hex(value)).isEqualTo(GOLDEN_EVENT);
        assertThat(EventCodec.decode(5, value)).isEqualTo(event);
    }

    private static final String GOLDEN_EVENT = ("01 03 68c6171400000007 14 0d" + hex("b@two.example".getBytes(US_ASCII))
                    + "00 03 026d78 0c" + hex("451 4.7.1 no".getBytes(US_ASCII)) + "01 c0cf24")
            .replace(" ", "");

    @Test
    void everyShorterFormOfAValueIsCorrupt() {
        byte[] message = MessageCodec.encode(message());
        byte[] event = bytes(GOLDEN_EVENT);
        QueueState wide = new QueueState(1, 2, 1, 3, 4, Long.MAX_VALUE >> 1, Long.MAX_VALUE >> 2);
        byte[] state = wide.encode();
        for (int length = 0; length < message.length; length++) {
            byte[] cut = Arrays.copyOf(message, length);
            assertThatThrownBy(() -> MessageCodec.decode(ID, cut)).isInstanceOf(Corrupt.class);
        }
        for (int length = 0; length < event.length; length++) {
            byte[] cut = Arrays.copyOf(event, length);
            assertThatThrownBy(() -> EventCodec.decode(1, cut)).isInstanceOf(Corrupt.class);
        }
        for (int length = 0; length < state.length; length++) {
            byte[] cut = Arrays.copyOf(state, length);
            assertThatThrownBy(() -> QueueState.decode(cut)).isInstanceOf(Corrupt.class);
        }
        assertThat(QueueState.decode(state)).isEqualTo(wide);
    }

    @Test
    void aStateOfTheFirstVersionCountsItsLastGroupAsAnswered() {
        assertThat(QueueState.decode(bytes("01 07 05 03 04 06".replace(" ", ""))))
                .isEqualTo(new QueueState(7, 5, 5, 3, 4, 6, 0));
    }

    @Test
    void aStateOfTheSecondVersionTellsTheClockByItsIds() {
        long clock = 1_800_000_000_000L;
        QueueState state = new QueueState(
                7, 5, 4, 3, 4, MessageId.floorOf(clock + IdSource.AHEAD_MILLIS).value(), clock);
        byte[] withClock = state.encode();
        byte[] without = Arrays.copyOf(withClock, withClock.length - 6); // the clock is six octets
        without[0] = 2;

        assertThat(QueueState.decode(without)).isEqualTo(state);
    }
}
