package posthaste.server.smtp;

import java.io.ByteArrayOutputStream;
import posthaste.smtp.ChunkDecoder;
import posthaste.smtp.Command;
import posthaste.smtp.ContentInspection;
import posthaste.smtp.ContentSink;

/**
 * Makes CRLF of each CR and LF that stands alone, across the pieces of one message, and looks at what becomes of it: only
 * there the header ends where others will see it end. Owned by its session.
 */
final class LineEndMender implements ContentSink {
    private static final byte CR = '\r';
    private static final byte LF = '\n';

    private final ContentSink out;
    private final ChunkDecoder inspected = new ChunkDecoder();
    /** Its CRLF is written already. */
    private boolean afterCr;

    LineEndMender(ContentSink out) {
        this.out = out;
        inspected.begin(new Command.Bdat(Long.MAX_VALUE, false));
    }

    @Override
    public void content(byte[] array, int offset, int length) {
        var mended = new ByteArrayOutputStream(length + 2);
        for (int i = offset; i < offset + length; i++) {
            byte octet = array[i];
            boolean ends = octet == CR || (octet == LF && !afterCr);
            if (ends) {
                mended.write(CR);
                mended.write(LF);
            } else if (octet != LF) {
                mended.write(octet);
            }
            afterCr = octet == CR;
        }
        inspected.decode(mended.toByteArray(), 0, mended.size(), out);
    }

    /** What was seen of the message as it is passed on. */
    ContentInspection mended() {
        return inspected.content();
    }
}
