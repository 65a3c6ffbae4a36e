package posthaste.server;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import posthaste.server.policy.Alias;
import posthaste.server.policy.Directory;
import posthaste.server.policy.DirectoryConfig;
import posthaste.server.policy.DirectoryStore;

/**
 * The file that {@code directory.aliases-file} names: {@code [[alias]]} tables and nothing else, so that another program
 * can keep them.
 *
 * @param config with the aliases of the configuration itself
 * @param recipients that one alias may stand for
 */
record AliasesFile(Path file, DirectoryConfig config, int recipients) {
    private static final Logger LOG = LoggerFactory.getLogger(AliasesFile.class);

    /**
     * Reads its aliases. Blocks.
     *
     * @param notes gets what is wrong with it
     * @return the directory with those of the configuration and these
     * @throws IOException if it cannot be read
     */
    DirectoryConfig read(ConfigNotes notes) throws IOException {
        List<Alias> aliases = TomlFile.read(file, TomlFile.LIST_MAX, notes)
                .flatMap(text -> TomlFile.parse(text, notes))
                .map(table -> read(Section.root(notes, table)))
                .orElse(List.of());
        notes.finish();
        return config.with(
                Stream.concat(config.aliases().stream(), aliases.stream()).toList());
    }

    private List<Alias> read(Section root) {
        List<Section> sections = root.sections("alias");
        List<Alias> aliases = DirectorySections.aliases(root, sections);
        List<Alias> all =
                Stream.concat(config.aliases().stream(), aliases.stream()).toList();
        DirectorySections.review(
                new Directory(config.with(all), recipients), config.aliases().size(), sections);
        return aliases;
    }

    /**
     * Reads it again and logs what came of it. Blocks.
     *
     * @return false where it cannot be read, which is logged once
     */
    boolean readInto(DirectoryStore store) {
        var notes = new ConfigNotes(file.toString());
        try {
            DirectoryConfig fresh = read(notes);
            if (notes.problems().isEmpty()) {
                store.replace(fresh);
                LOG.info("aliases read: {}", fresh.aliases().size());
            } else {
                notes.problems().forEach(problem -> LOG.error("{}", problem));
                LOG.error("aliases not read: mend what is named above; those read before stay");
            }
            return true;
        } catch (IOException failure) {
            if (store.isComplete()) {
                LOG.error(
                        "aliases cannot be read, unknown local addresses get 451 until they can: {}: {}; make it"
                                + " readable for the user of the relay",
                        file,
                        TomlFile.reasonOf(failure));
            }
            store.lost();
            return false;
        }
    }
}
