package posthaste;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * The layering that the module chain alone does not hold (docs/architecture.md). It reads the sources of every module,
 * names in the code included, so that a qualified name is no way around it. Think hard before you change a rule.
 */
class ImportRulesTest {
    private static final Pattern MODULE = Pattern.compile("<module>([^<]+)</module>");
    private static final Pattern PACKAGE = Pattern.compile("(?m)^package ([\\w.]+);");
    private static final Pattern IMPORT = Pattern.compile("(?m)^import (?:static )?([\\w.*]+);");
    private static final Pattern COMMENT = Pattern.compile("(?s)/\\*.*?\\*/|//[^\\n]*");

    private static final List<Source> SOURCES = sources();

    /** One file of production code: its package, its code without comments, its path for the message. */
    private record Source(String packageName, String code, Path path) {

        boolean isIn(String root) {
            return packageName.equals(root) || packageName.startsWith(root + ".");
        }

        boolean names(String root) {
            return Pattern.compile("(?<![\\w.])" + Pattern.quote(root) + "\\b")
                    .matcher(code)
                    .find();
        }

        Stream<String> imports() {
            return IMPORT.matcher(code).results().map(found -> found.group(1));
        }
    }

    @Test
    void everyModuleHasSourcesToCheck() {
        Path root = root();

        assertThat(modules(root))
                .hasSizeGreaterThanOrEqualTo(5)
                .allSatisfy(module -> assertThat(SOURCES)
                        .as(module)
                        .anyMatch(source -> source.path.startsWith(root.resolve(module))));
    }

    @Test
    void theLanguageOfSmtpNeedsTheJdkAndTheTablesOfDomainNames() {
        assertThat(SOURCES)
                .filteredOn(source -> source.isIn("posthaste.smtp"))
                .isNotEmpty()
                .allSatisfy(source -> assertThat(source.imports())
                        .as(source.path.toString())
                        .allMatch(name -> startsWithOneOf(
                                name, "java.", "javax.", "org.jspecify.", "posthaste.smtp.", "com.ibm.icu.")));
    }

    /** Its tables are 15 MB, and only names beyond ASCII need them (docs/decisions/0010). */
    @Test
    void icuStaysWithTheDomainNames() {
        assertThat(SOURCES)
                .filteredOn(source -> source.names("com.ibm.icu"))
                .extracting(source -> source.path.getFileName().toString())
                .containsExactly("InternationalDomain.java");
    }

    @Test
    void vertxStaysInServerAndDelivery() {
        assertOnly("io.vertx", source -> source.isIn("posthaste.server") || source.isIn("posthaste.delivery"));
    }

    @Test
    void rocksdbStaysBehindTheQueue() {
        assertOnly("org.rocksdb", source -> source.isIn("posthaste.queue.rocksdb"));
    }

    @Test
    void insideTheServerOnlyWiringAndAdminKnowDelivery() {
        assertOnly(
                "posthaste.delivery",
                source -> !source.isIn("posthaste.server")
                        || source.packageName.equals("posthaste.server")
                        || source.isIn("posthaste.server.admin"));
    }

    private static void assertOnly(String root, Predicate<Source> allowed) {
        assertThat(SOURCES)
                .filteredOn(source -> !allowed.test(source) && source.names(root))
                .extracting(Source::path)
                .as("files that name %s and must not", root)
                .isEmpty();
    }

    private static boolean startsWithOneOf(String name, String... roots) {
        return Stream.of(roots).anyMatch(name::startsWith);
    }

    private static List<Source> sources() {
        Path root = root();
        return modules(root).stream()
                .flatMap(module -> javaFiles(root.resolve(module).resolve("src/main/java")))
                .map(ImportRulesTest::read)
                .toList();
    }

    /** The directory whose pom.xml lists the modules, at or above the one the test runs in. */
    private static Path root() {
        Path at = Path.of("").toAbsolutePath();
        while (at != null) {
            if (!modules(at).isEmpty()) return at;
            at = at.getParent();
        }
        throw new IllegalStateException(
                "no pom.xml with modules above " + Path.of("").toAbsolutePath());
    }

    private static List<String> modules(Path directory) {
        Path pom = directory.resolve("pom.xml");
        if (!Files.exists(pom)) return List.of();
        return MODULE.matcher(text(pom)).results().map(found -> found.group(1)).toList();
    }

    private static Stream<Path> javaFiles(Path directory) {
        try (Stream<Path> files = Files.walk(directory)) {
            return files.filter(file -> file.toString().endsWith(".java")).toList().stream();
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    private static Source read(Path file) {
        String code = COMMENT.matcher(text(file)).replaceAll("");
        Matcher name = PACKAGE.matcher(code);
        assertThat(name.find()).as("package of %s", file).isTrue();
        return new Source(name.group(1), code, file);
    }

    private static String text(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }
}
