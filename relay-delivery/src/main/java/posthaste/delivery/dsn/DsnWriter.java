package posthaste.delivery.dsn;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.util.Optional;
import posthaste.smtp.Mailbox;

/**
 * Writes a report as the message that carries it: multipart/report (RFC 6522) with a text, a message/delivery-status
 * (RFC 3464) and what goes back of the original.
 *
 * @param hostname our name
 * @param postmaster whom the text names for help
 */
record DsnWriter(String hostname, Optional<Mailbox> postmaster) {
    /** A report is one chunk of the queue. */
    static final int REPORT_MAX = 64 * 1024;

    /** Octets of the original at most. */
    static final int ORIGINAL_MAX = 50_000;

    /** Text and status of all recipients of one report; leaves room for the header of most originals. */
    static final int RECIPIENTS_MAX = 40 * 1024;

    /** Header, part headers, boundaries, opening and closing text: some 2 KiB with the longest addresses. */
    private static final int FRAME_MAX = 4 * 1024;

    /** Octets that this recipient takes in a report, as text and as status. */
    int sizeOf(DsnReport report, FailedRecipient recipient) {
        return Explanation.ofRecipient(report, recipient).getBytes(UTF_8).length
                + StatusFields.ofRecipient(report, recipient).length()
                + 2;
    }

    /** The message, at most {@link #REPORT_MAX} octets when the recipients took at most {@link #RECIPIENTS_MAX}. */
    byte[] write(DsnReport report) {
        String status = status(report);
        byte[] text = text(report).getBytes(UTF_8);
        int room = Math.min(ORIGINAL_MAX, REPORT_MAX - FRAME_MAX - status.length() - text.length);
        ReturnedContent returned = ReturnedContent.of(report.original(), room);
        String boundary = boundary(report, returned);

        var message = new ByteArrayOutputStream(REPORT_MAX);
        boolean eightBit = ReturnedContent.hasEightBit(text) || ReturnedContent.hasEightBit(returned.bytes());
        append(message, header(report, boundary, eightBit));
        append(message, partHeader(boundary, "text/plain; charset=utf-8", ReturnedContent.hasEightBit(text)));
        message.writeBytes(text);
        append(message, "\r\n" + partHeader(boundary, "message/delivery-status", false) + status);
        if (!returned.isNothing()) {
            boolean returnsEightBit = ReturnedContent.hasEightBit(returned.bytes());
            append(message, "\r\n" + partHeader(boundary, returned.mediaType(), returnsEightBit));
            message.writeBytes(returned.bytes());
        }
        append(message, "\r\n--" + boundary + "--\r\n");
        return message.toByteArray();
    }

    private String header(DsnReport report, String boundary, boolean eightBit) {
        return "Date: " + StatusFields.date(report.now()) + "\r\n"
                + "From: Mail Delivery System <MAILER-DAEMON@" + hostname + ">\r\n"
                + "To: <" + report.sender() + ">\r\n"
                + "Subject: " + report.kind().subject() + "\r\n"
                + "Message-ID: <" + report.id() + "@" + hostname + ">\r\n"
                + "Auto-Submitted: auto-replied\r\n"
                + "MIME-Version: 1.0\r\n"
                + "Content-Type: multipart/report; report-type=delivery-status;\r\n"
                + " boundary=\"" + boundary + "\"\r\n"
                + (eightBit ? "Content-Transfer-Encoding: 8bit\r\n" : "")
                + "\r\nThis is a delivery report in MIME format.\r\n\r\n";
    }

    private static String partHeader(String boundary, String mediaType, boolean eightBit) {
        return "--" + boundary + "\r\nContent-Type: " + mediaType + "\r\n"
                + (eightBit ? "Content-Transfer-Encoding: 8bit\r\n" : "") + "\r\n";
    }

    private String text(DsnReport report) {
        StringBuilder text = new StringBuilder(Explanation.opening(report, hostname));
        for (FailedRecipient each : report.recipients()) text.append(Explanation.ofRecipient(report, each));
        return text.append(Explanation.closing(report, postmaster)).toString();
    }

    private String status(DsnReport report) {
        StringBuilder status = new StringBuilder(StatusFields.ofMessage(report, hostname));
        for (FailedRecipient each : report.recipients()) {
            status.append("\r\n").append(StatusFields.ofRecipient(report, each));
        }
        return status.toString();
    }

    /**
     * One that does not occur in the original, not even where the original foresaw it: the number grows until it is
     * free, which it is at the latest when the original would have to be longer to hold them all.
     */
    private static String boundary(DsnReport report, ReturnedContent returned) {
        String content = new String(returned.bytes(), ISO_8859_1);
        int number = 0;
        String boundary;
        do {
            boundary = "=_" + report.id() + "_" + number++;
        } while (content.contains(boundary));
        return boundary;
    }

    private static void append(ByteArrayOutputStream message, String text) {
        message.writeBytes(text.getBytes(UTF_8));
    }
}
