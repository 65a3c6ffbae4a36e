package posthaste.server.smtp;

import java.io.ByteArrayOutputStream;
import posthaste.smtp.ContentSink;

/** Makes CRLF of each CR and LF that stands alone, across the pieces of one message. Owned by its session. */
final class LineEndMender implements ContentSink {
    private static final byte CR = '\r';
    private static final byte LF = '\n';

    private final ContentSink out;
    /** Its CRLF is written already. */
    private boolean afterCr;

    LineEndMender(ContentSink out) {
        this.out = out;
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
        if (mended.size() > 0) out.content(mended.toByteArray(), 0, mended.size());
    }
}
