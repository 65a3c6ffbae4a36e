package posthaste.server;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import posthaste.server.auth.AuthConfig;
import posthaste.server.auth.UserEntry;
import posthaste.server.auth.UserReading;
import posthaste.server.auth.UserSource;

/**
 * The file that {@code auth.users-file} names: {@code [[auth.user]]} tables and nothing else, so that users change without
 * a change of the configuration.
 *
 * @param tables how they are read
 * @param others the users of the configuration itself
 */
record UsersFile(Path file, UserTables tables, List<UserEntry> others) implements UserSource {

    /** What reads the users of a configuration again. */
    static UserSource of(AuthConfig config) {
        var tables = new UserTables(config.scramSha1(), config.oauth().isPresent());
        return config.usersFile()
                .<UserSource>map(file -> new UsersFile(file, tables, config.users()))
                .orElseGet(() -> () -> new UserReading.Read(config.users()));
    }

    /**
     * Reads its users. Blocks.
     *
     * @param notes gets what is wrong with it
     * @throws IOException if it cannot be read
     */
    List<UserEntry> read(ConfigNotes notes) throws IOException {
        List<UserEntry> users = TomlFile.read(file, TomlFile.LIST_MAX, notes)
                .flatMap(text -> TomlFile.parse(text, notes))
                .map(table -> tables.read(Section.root(notes, table).section("auth"), others))
                .orElse(List.of());
        notes.finish();
        return users;
    }

    @Override
    public UserReading read() {
        var notes = new ConfigNotes(file.toString());
        try {
            List<UserEntry> users = read(notes);
            return notes.problems().isEmpty()
                    ? new UserReading.Read(
                            Stream.concat(others.stream(), users.stream()).toList())
                    : new UserReading.Wrong(notes.problems().stream()
                            .map(ConfigProblem::toString)
                            .toList());
        } catch (IOException failure) {
            return new UserReading.Unreadable(
                    file + ": " + TomlFile.reasonOf(failure) + "; make it readable for the user of the relay");
        }
    }
}
