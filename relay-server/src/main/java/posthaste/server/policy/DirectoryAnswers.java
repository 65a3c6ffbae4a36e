package posthaste.server.policy;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import posthaste.smtp.Mailbox;
import posthaste.smtp.Replies;
import posthaste.smtp.Reply;

/**
 * What VRFY and EXPN tell whoever may know (RFC 5321 §3.5). A name is looked for among the local parts of the local
 * domains first, then among full names and their last words. Immutable.
 */
final class DirectoryAnswers {
    /** More help nobody to tell them apart. */
    private static final int POSSIBILITIES_MAX = 20;

    private final Directory directory;
    private final Map<String, List<Alias>> byLocalPart = new HashMap<>();
    private final Map<String, List<Alias>> byFullName = new HashMap<>();

    /** What one of the two commands says of what was found. */
    private interface Question {
        Reply alias(Alias alias, boolean smtpUtf8);

        Reply postmaster(Mailbox address, boolean smtpUtf8);

        /** Of an address in a domain of others. */
        Reply remote();

        Reply unknown();
    }

    DirectoryAnswers(Directory directory) {
        this.directory = directory;
        for (Alias alias : directory.config().aliases()) {
            put(byLocalPart, MailboxKey.name(alias.address().localPart()), alias);
            alias.fullName().map(MailboxKey::name).ifPresent(name -> putName(name, alias));
        }
    }

    private void putName(String name, Alias alias) {
        put(byFullName, name, alias);
        int blank = name.lastIndexOf(' ');
        if (blank >= 0) put(byFullName, name.substring(blank + 1), alias);
    }

    private static void put(Map<String, List<Alias>> names, String name, Alias alias) {
        names.computeIfAbsent(name, first -> new ArrayList<>(1)).add(alias);
    }

    /** @param user a name, in quotes or not, or an address, with or without brackets */
    Reply verify(String user, boolean smtpUtf8) {
        return answer(user, smtpUtf8, new Verification());
    }

    /** @param list like a user */
    Reply expand(String list, boolean smtpUtf8) {
        return answer(list, smtpUtf8, new Expanding());
    }

    private Reply answer(String argument, boolean smtpUtf8, Question question) {
        String bare = withoutBrackets(argument);
        if (isAddress(bare)) {
            return MailboxText.parse(bare)
                    .map(address -> ofAddress(address, smtpUtf8, question))
                    .orElseGet(question::unknown);
        }
        if (Directory.isPostmaster(bare)) return question.postmaster(directory.postmaster(), smtpUtf8);
        String name = MailboxKey.name(bare);
        return ofNamed(byLocalPart.getOrDefault(name, byFullName.getOrDefault(name, List.of())), smtpUtf8, question);
    }

    private static String withoutBrackets(String argument) {
        boolean bracketed = argument.startsWith("<") && argument.endsWith(">") && argument.length() > 1;
        return bracketed ? argument.substring(1, argument.length() - 1) : argument;
    }

    /** An at sign in a quoted string makes no address. */
    private static boolean isAddress(String text) {
        return text.indexOf('@') >= 0 && !text.endsWith("\"");
    }

    private Reply ofAddress(Mailbox address, boolean smtpUtf8, Question question) {
        if (!directory.isLocal(address)) return question.remote();
        if (directory.isPostmaster(address)) return question.postmaster(address, smtpUtf8);
        return directory
                .alias(address)
                .map(alias -> question.alias(alias, smtpUtf8))
                .orElseGet(question::unknown);
    }

    private static Reply ofNamed(List<Alias> named, boolean smtpUtf8, Question question) {
        if (named.isEmpty()) return question.unknown();
        if (named.size() == 1) return question.alias(named.get(0), smtpUtf8);
        List<String> possibilities =
                named.stream().limit(POSSIBILITIES_MAX).map(Alias::shown).toList();
        return DirectoryReplies.ambiguous(possibilities, smtpUtf8);
    }

    /** Those an ambiguous address may mean. */
    private Reply possibilities(Alias alias, boolean smtpUtf8) {
        return DirectoryReplies.ambiguous(shownMembers(alias, POSSIBILITIES_MAX), smtpUtf8);
    }

    /** As they are configured, each with its full name where it is one of ours. */
    private List<String> shownMembers(Alias alias, int max) {
        return alias.members().stream().limit(max).map(this::shown).toList();
    }

    private String shown(Mailbox member) {
        Optional<Alias> ours = directory.isLocal(member) ? directory.alias(member) : Optional.empty();
        return ours.map(Alias::shown).orElse("<" + member + ">");
    }

    /** VRFY. */
    private final class Verification implements Question {
        @Override
        public Reply alias(Alias alias, boolean smtpUtf8) {
            if (alias.isList()) return DirectoryReplies.IS_LIST;
            return switch (alias.state()) {
                case MOVED -> DirectoryReplies.moved(directory.disclosed(alias.target()), smtpUtf8);
                case FORWARDED ->
                    DirectoryReplies.forwards(directory.disclosed(alias.target()), smtpUtf8, known(alias, smtpUtf8));
                case AMBIGUOUS -> possibilities(alias, smtpUtf8);
                // On hold or full it is somebody all the same.
                case ACTIVE, HOLD, FULL -> known(alias, smtpUtf8);
            };
        }

        private Reply known(Alias alias, boolean smtpUtf8) {
            return DirectoryReplies.known(List.of(alias.shown()), smtpUtf8);
        }

        @Override
        public Reply postmaster(Mailbox address, boolean smtpUtf8) {
            return DirectoryReplies.known(List.of("<" + address + ">"), smtpUtf8);
        }

        @Override
        public Reply remote() {
            return Replies.NOT_VERIFIED;
        }

        @Override
        public Reply unknown() {
            return directory.unknown(Replies.UNKNOWN_RECIPIENT);
        }
    }

    /** EXPN. */
    private final class Expanding implements Question {
        @Override
        public Reply alias(Alias alias, boolean smtpUtf8) {
            return switch (alias.state()) {
                case MOVED -> DirectoryReplies.moved(Optional.empty(), smtpUtf8);
                case FORWARDED -> members(alias, smtpUtf8);
                case AMBIGUOUS -> possibilities(alias, smtpUtf8);
                case ACTIVE, HOLD, FULL -> alias.isList() ? members(alias, smtpUtf8) : DirectoryReplies.IS_USER;
            };
        }

        private Reply members(Alias alias, boolean smtpUtf8) {
            return DirectoryReplies.known(shownMembers(alias, directory.expansionMax()), smtpUtf8);
        }

        @Override
        public Reply postmaster(Mailbox address, boolean smtpUtf8) {
            return DirectoryReplies.IS_USER;
        }

        @Override
        public Reply remote() {
            return DirectoryReplies.UNKNOWN_LIST;
        }

        @Override
        public Reply unknown() {
            return directory.unknown(DirectoryReplies.UNKNOWN_LIST);
        }
    }
}
