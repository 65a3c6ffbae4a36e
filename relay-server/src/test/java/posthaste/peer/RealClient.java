package posthaste.peer;

import java.io.IOException;
import java.util.List;
import java.util.stream.Stream;

/** A mail client that others wrote and many use. */
interface RealClient {
    List<RealClient> ALL = Stream.concat(Stream.of(ClientProgram.values()), Stream.of(new AngusMail()))
            .toList();

    /** Skips the calling test where it is not installed. */
    void assumePresent();

    boolean can(Errand.Wish wish);

    /** The mechanisms of AUTH that it knows and this relay offers. */
    List<String> mechanisms();

    /**
     * Does as asked, and waits until it is done.
     *
     * @return exit code 0 where the client reports success, and what it says to its user
     */
    Programs.Result send(Errand errand) throws IOException;
}
