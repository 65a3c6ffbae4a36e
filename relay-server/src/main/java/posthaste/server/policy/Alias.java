package posthaste.server.policy;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import posthaste.smtp.Mailbox;

/**
 * One {@code [[alias]]}, valid by construction: an address of ours, and what becomes of its mail.
 *
 * @param address in a local domain
 * @param members where its mail goes: one makes an alias, several make a list; of an ambiguous address: whom it may mean
 * @param fullName what VRFY shows beside the address, and finds it by
 * @param state what a client is told of it
 */
public record Alias(Mailbox address, List<Mailbox> members, Optional<String> fullName, State state) {

    /** What a client is told of an address. */
    public enum State {
        /** 250: its mail goes to its members. */
        ACTIVE,
        /** 251: its mail goes to its one member, which the client may be told. */
        FORWARDED,
        /** 551: its one member is where the client is to send its mail itself. */
        MOVED,
        /** 450: not for now. */
        HOLD,
        /** 552: it takes no more. */
        FULL,
        /** 553: it may mean any of its members. */
        AMBIGUOUS;

        /** As it is written in the configuration. */
        public String text() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** Names every problem at once; the reader of the file adds its name and line. */
    public Alias {
        members = List.copyOf(members);
        var problems = new ArrayList<String>();
        switch (state) {
            case ACTIVE -> require(problems, !members.isEmpty(), "members must name who gets the mail of the address");
            case FORWARDED, MOVED ->
                require(
                        problems,
                        members.size() == 1,
                        "members must be the one new address where state is \"" + state.text() + "\"");
            case AMBIGUOUS ->
                require(
                        problems,
                        members.size() >= 2,
                        "members must be the two or more possibilities where state is \"ambiguous\"");
            case HOLD, FULL -> {
                // Nobody gets their mail: members are there for the day when it is active again.
            }
        }
        if (!problems.isEmpty()) throw new IllegalArgumentException(String.join("; ", problems));
    }

    private static void require(List<String> problems, boolean met, String problem) {
        if (!met) problems.add(problem);
    }

    /** Whether its mail goes to several. */
    boolean isList() {
        return members.size() > 1 && state != State.AMBIGUOUS;
    }

    /** Whether its mail goes to its members now. */
    boolean leadsOn() {
        return state == State.ACTIVE || state == State.FORWARDED;
    }

    /** The new address of one that is forwarded or has moved. */
    Mailbox target() {
        return members.get(0);
    }

    /** Full name and address, as VRFY shows them (RFC 5321 §3.5.1). */
    String shown() {
        return fullName.map(name -> name + " ").orElse("") + "<" + address + ">";
    }
}
