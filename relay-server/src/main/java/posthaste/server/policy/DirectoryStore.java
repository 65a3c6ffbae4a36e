package posthaste.server.policy;

/** The directory of now: it changes where another program keeps the aliases. Any thread may ask, one at a time changes it. */
public final class DirectoryStore {
    private final int expansionMax;
    private volatile View view;

    private record View(Directory directory, DirectoryAnswers answers) {
        static View of(Directory directory) {
            return new View(directory, new DirectoryAnswers(directory));
        }
    }

    /** One that does not change. */
    public DirectoryStore(Directory directory) {
        expansionMax = directory.expansionMax();
        view = View.of(directory);
    }

    public Directory directory() {
        return view.directory;
    }

    DirectoryAnswers answers() {
        return view.answers;
    }

    /** From now on this is what is known. */
    public void replace(DirectoryConfig config) {
        view = View.of(new Directory(config, expansionMax));
    }

    /** What is known may not be all any more: who is unknown may exist, and is told to come back. */
    public void lost() {
        DirectoryConfig known = directory().config();
        if (known.complete()) replace(known.incomplete());
    }

    /** Whether what is known is all there is. */
    public boolean isComplete() {
        return directory().config().complete();
    }
}
