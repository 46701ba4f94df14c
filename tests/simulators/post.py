"""A mail server: takes letters by SMTP, refuses boxes, and breaks off after the letter or before it."""

import socketserver
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Self

from tests.simulators.lines import served


@dataclass
class PostOffice:
    letters: list[EmailMessage] = field(default_factory=list)
    senders: list[str] = field(default_factory=list)  #: of the envelopes
    refused: dict[str, int] = field(default_factory=dict)  #: code by address
    breaks_off: bool = False  #: takes the letter and says nothing
    greeting: str = "220 poczta.example.pl"
    thanks: str = "250 taken"

    @contextmanager
    def running(self, *, port: int = 0) -> Iterator[Self]:
        with served(type("Bound", (Talk,), {"office": self}), port=port) as self.port:
            yield self


class Talk(socketserver.StreamRequestHandler):
    office: PostOffice

    def handle(self) -> None:
        self.say(self.office.greeting)
        while line := self.rfile.readline():
            verb = line.decode().strip().upper()
            address = line.decode().partition("<")[2].partition(">")[0]
            if verb.startswith("MAIL"):
                self.office.senders.append(address)
                self.say("250 ok")
            elif verb.startswith("RCPT"):
                code = self.office.refused.get(address)
                self.say(f"{code} no" if code else "250 ok")
            elif verb == "DATA":
                self.say("354 go on")
                if not self.take():
                    return
            elif verb == "QUIT":
                self.say("221 bye")
                return
            else:
                self.say("250 ok")

    def take(self) -> bool:
        lines = []
        while (line := self.rfile.readline()) != b".\r\n":
            lines.append(line.removeprefix(b".") if line.startswith(b"..") else line)
        self.office.letters.append(message_from_bytes(b"".join(lines), policy=policy.default))
        if not self.office.breaks_off:
            self.say(self.office.thanks)
        return not self.office.breaks_off

    def say(self, text: str) -> None:
        self.wfile.write(f"{text}\r\n".encode())
