"""A mailbox behind IMAP4rev1 (RFC 3501), as much of it as reading reports needs, and the reports (RFC 3464)."""

import re
import socketserver
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage, Message
from email.mime.base import MIMEBase
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText
from typing import Self

from tests.simulators.lines import served

USER, PASSWORD = "zwroty@skala.example.pl", "tajne haslo"


@dataclass
class Letter:
    """One in the folder."""

    content: bytes
    seen: bool = False


@dataclass
class Mailbox:
    """Its ``scheme`` is that of MIEDZA_BOUNCES_URL; what is encrypted needs ``tls``."""

    scheme: str = "imap"
    host: str = "127.0.0.1"
    tls: ssl.SSLContext | None = None
    heard: list[str] = field(default_factory=list)  #: commands, as they came
    letters: list[Letter] = field(default_factory=list)
    password: str = PASSWORD
    broken: dict[str, bytes] = field(default_factory=dict)  #: what is said instead, by command; b"" hangs up

    def put(self, content: bytes) -> Letter:
        self.letters.append(Letter(content))
        return self.letters[-1]

    @property
    def url(self) -> str:
        """As MIEDZA_BOUNCES_URL."""
        return f"{self.scheme}://zwroty%40skala.example.pl:tajne%20haslo@{self.host}:{self.port}/Zwroty"

    @contextmanager
    def running(self, *, port: int = 0) -> Iterator[Self]:
        at_once = self.tls if self.scheme == "imaps" else None
        with served(type("Bound", (Talk,), {"mailbox": self}), port=port, tls=at_once) as self.port:
            yield self


class Talk(socketserver.StreamRequestHandler):
    """Signed in and with a folder before letters are asked for, as the states of RFC 3501 want it."""

    mailbox: Mailbox
    state = "stranger"
    disable_nagle_algorithm = True

    def handle(self) -> None:
        self.say(b"* OK [CAPABILITY IMAP4rev1] skrzynka")
        while line := self.rfile.readline():
            tag, command, *rest = line.strip().split(b" ", 2)
            verb, said = command.decode().upper(), (rest or [b""])[0].decode()
            if verb == "UID":
                verb, _space, said = said.partition(" ")
            self.mailbox.heard.append(verb)
            if verb in self.mailbox.broken:
                if not self.mailbox.broken[verb]:
                    return
                self.say(self.mailbox.broken[verb].replace(b"TAG", tag))
                continue
            answer = getattr(self, verb.lower(), lambda _said: "BAD what?")(said)
            self.say(tag + b" " + answer.encode())
            if verb == "STARTTLS" and not self.encrypt():
                return
            if verb == "LOGOUT":
                return

    def say(self, line: bytes) -> None:
        self.wfile.write(line + b"\r\n")

    @property
    def is_clear(self) -> bool:
        """Of a box that wants to be spoken to by TLS."""
        return self.mailbox.scheme == "imap+starttls" and not isinstance(self.connection, ssl.SSLSocket)

    def capability(self, _said: str) -> str:
        offered = b" STARTTLS LOGINDISABLED" if self.is_clear and self.mailbox.tls else b""
        self.say(b"* CAPABILITY IMAP4rev1" + offered)
        return "OK done"

    def starttls(self, _said: str) -> str:
        return "OK go on" if self.is_clear and self.mailbox.tls else "BAD not here"

    def encrypt(self) -> bool:
        """Whether the other side went on; nothing that came before counts any more."""
        assert self.mailbox.tls is not None
        try:
            self.connection = self.mailbox.tls.wrap_socket(self.connection, server_side=True)
        except OSError:
            return False
        self.rfile = self.connection.makefile("rb")
        self.wfile = self.connection.makefile("wb", buffering=0)
        return True

    def login(self, said: str) -> str:
        if self.is_clear or said != f'{USER} "{self.mailbox.password}"':
            return "NO [AUTHENTICATIONFAILED] wrong"
        self.state = "signed in"
        return "OK in"

    def select(self, said: str) -> str:
        if self.state == "stranger" or said != '"Zwroty"':
            return "NO no such folder"
        self.state = "selected"
        self.say(b"* %d EXISTS" % len(self.mailbox.letters))
        return "OK [READ-WRITE] chosen"

    def search(self, said: str) -> str:
        asked = re.fullmatch(r"UNSEEN HEADER (\S+) (\S+)", said)
        if self.state != "selected" or not asked:
            return "BAD search"
        name, words = asked.groups()
        found = [
            uid for uid, one in enumerate(self.mailbox.letters, 1)
            if not one.seen and words.lower() in str(message_from_bytes(one.content).get(name, "")).lower()
        ]  # fmt: skip
        self.say(" ".join(["* SEARCH", *map(str, found)]).encode())
        return "OK found"

    def fetch(self, said: str) -> str:
        asked = re.fullmatch(r"(\d+) \(BODY\.PEEK\[\]<0\.(\d+)>\)", said)
        if self.state != "selected" or not asked:
            return "BAD fetch"
        uid, most = map(int, asked.groups())
        part = self.mailbox.letters[uid - 1].content[:most]
        self.say(b"* %d FETCH (UID %d BODY[]<0> {%d}\r\n%s)" % (uid, uid, len(part), part))
        return "OK fetched"

    def store(self, said: str) -> str:
        asked = re.fullmatch(r"(\d+) \+FLAGS\.SILENT \(?\\Seen\)?", said)
        if self.state != "selected" or not asked:
            return "BAD store"
        self.mailbox.letters[int(asked[1]) - 1].seen = True
        return "OK stored"

    def close(self, _said: str) -> str:
        return "OK closed"

    def logout(self, _said: str) -> str:
        self.say(b"* BYE")
        return "OK out"


def report(
    letter: EmailMessage, *, status: str = "5.1.1", action: str = "failed", diagnostic: str = "", to: str = "",
    returns: str = "rfc822-headers", back_to: str = "urzad@skala.example.pl",
) -> bytes:  # fmt: skip
    """RFC 3464, 3462: of one letter to its one receiver.

    returns: rfc822-headers, rfc822, or nothing; back_to: the sender of the letter's envelope
    """
    whole = MIMEMultipart("report", report_type="delivery-status")
    whole["From"], whole["To"], whole["Subject"] = "MAILER-DAEMON@mx.example.pl", back_to, "Zwrot"
    whole.attach(MIMEText("Listu nie dostarczono.", _charset="utf-8"))
    of_server, of_receiver = Message(), Message()
    of_server["Reporting-MTA"] = "dns; mx.example.pl"
    of_receiver["Final-Recipient"] = f"rfc822; {to or letter['To']}"
    of_receiver["Action"], of_receiver["Status"] = action, status
    if diagnostic:
        of_receiver["Diagnostic-Code"] = diagnostic
    status_part = MIMEBase("message", "delivery-status")
    status_part.set_payload([of_server, of_receiver])
    whole.attach(status_part)
    if returns == "rfc822-headers":
        headers = MIMEText("".join(f"{name}: {value}\n" for name, value in letter.items()), "rfc822-headers")
        whole.attach(headers)
    elif returns == "rfc822":
        back = MIMEBase("message", "rfc822")
        back.set_payload([message_from_bytes(letter.as_bytes(), policy=policy.compat32)])
        whole.attach(back)
    return whole.as_bytes()
