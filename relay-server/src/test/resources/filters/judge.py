"""A content filter on pymilter: PORT. Says of a message what its Subject asks for."""

import sys

import Milter


class Judge(Milter.Base):
    def __init__(self):
        self.subject = ""
        self.octets = 0

    def envfrom(self, sender, *parameters):
        self.subject = ""
        self.octets = 0
        return Milter.CONTINUE

    def header(self, name, value):
        if name.lower() == "subject":
            self.subject = value
        return Milter.CONTINUE

    def body(self, chunk):
        self.octets += len(chunk)
        return Milter.CONTINUE

    def eom(self):
        if "refuse" in self.subject:
            self.setreply("550", "5.7.1", "%s has %d octets of it" % (self.getsymval("i"), self.octets))
            return Milter.REJECT
        if "later" in self.subject:
            return Milter.TEMPFAIL
        if "hold" in self.subject:
            self.quarantine("somebody should look at it")
        return Milter.ACCEPT


Milter.factory = Judge
Milter.set_flags(Milter.QUARANTINE)
Milter.runmilter("judge", "inet:%s@127.0.0.1" % sys.argv[1], 60)
