package posthaste.queue.rocksdb;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;

/** What a failing disk, file system or hand does to a file. */
enum Damage {
    FLIP_HEAD,
    FLIP_MIDDLE,
    FLIP_TAIL,
    OVERWRITE_HEAD,
    OVERWRITE_MIDDLE,
    OVERWRITE_TAIL,
    CUT_HEAD,
    CUT_MIDDLE,
    CUT_TAIL,
    DELETE;

    private static final int OVERWRITTEN_BYTES = 200;
    private static final int NEAR_BYTES = 100;

    /** @param random chooses bits and octets */
    void on(Path path, Random random) throws IOException {
        if (this == DELETE) {
            Files.delete(path);
            return;
        }
        try (RandomAccessFile file = new RandomAccessFile(path.toFile(), "rw")) {
            long size = file.length();
            long at = switch (this) {
                case FLIP_HEAD, OVERWRITE_HEAD, CUT_HEAD -> Math.min(size / 4, random.nextInt(NEAR_BYTES));
                case FLIP_MIDDLE, OVERWRITE_MIDDLE, CUT_MIDDLE -> size / 2;
                default -> Math.max(size * 3 / 4, size - 1 - random.nextInt(NEAR_BYTES));
            };
            switch (this) {
                case FLIP_HEAD, FLIP_MIDDLE, FLIP_TAIL -> flip(file, at, random);
                case CUT_HEAD, CUT_MIDDLE, CUT_TAIL -> file.setLength(at);
                default -> overwrite(file, at, random);
            }
        }
    }

    private static void flip(RandomAccessFile file, long at, Random random) throws IOException {
        file.seek(at);
        int octet = file.read();
        file.seek(at);
        file.write(octet ^ 1 << random.nextInt(8));
    }

    private static void overwrite(RandomAccessFile file, long at, Random random) throws IOException {
        byte[] garbage = new byte[(int) Math.min(OVERWRITTEN_BYTES, file.length() - at)];
        random.nextBytes(garbage);
        file.seek(at);
        file.write(garbage);
    }
}
