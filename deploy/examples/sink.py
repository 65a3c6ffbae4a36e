#!/usr/bin/env python3
"""A mail host for trying things out: takes every message on 127.0.0.1:2626 and shows it. Not for real mail."""
import socketserver


class Session(socketserver.StreamRequestHandler):
    def reply(self, line):
        self.wfile.write(line.encode() + b"\r\n")

    def handle(self):
        self.reply("220 sink.example ready")
        for line in self.rfile:
            verb = line.strip().upper()[:4]
            if verb == b"DATA":
                self.reply("354 go on")
                self.message()
                self.reply("250 2.0.0 taken")
            elif verb == b"EHLO":
                self.reply("250-sink.example")
                self.reply("250 PIPELINING")
            elif verb == b"QUIT":
                self.reply("221 2.0.0 bye")
                return
            else:
                self.reply("250 2.0.0 ok")

    def message(self):
        for line in self.rfile:
            if line == b".\r\n":
                break
            print(line[1:].decode(errors="replace") if line.startswith(b".") else line.decode(errors="replace"), end="")
        print("-- end of message --", flush=True)


class Sink(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True


try:
    Sink(("127.0.0.1", 2626), Session).serve_forever()
except KeyboardInterrupt:
    pass
