"""SMSAPI (https://www.smsapi.pl/docs): sending, its errors, and reports of delivery on command."""

import json
from collections import Counter
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, urlencode
from urllib.request import urlopen

from tests.simulators.base import Question, Reply, Simulator

TOKEN = "sekretny-token-1"
NEEDED = {"to", "message", "from", "format", "encoding", "idx", "check_idx", "max_parts"}
FIXED = {"format": "json", "encoding": "utf-8", "check_idx": "1"}


@dataclass(frozen=True)
class Sms:
    """One that was taken."""

    id: str
    to: str
    message: str
    sender: str
    idx: str
    notify_url: str


@dataclass
class SmsGate(Simulator):
    token: str = TOKEN
    senders: tuple[str, ...] = ("UMiG Skala",)
    points: int = 1_000_000
    sent: list[Sms] = field(default_factory=list)
    asked: Counter[str] = field(default_factory=Counter)  #: how many times each idx came

    def respond(self, question: Question) -> Reply:
        if (question.method, question.path) != ("POST", "/sms.do"):
            return Reply(b"", 404)
        if question.headers.get("authorization") != f"Bearer {self.token}":
            return error(101, "Authorization failed", 401)
        said = dict(parse_qsl(question.body.decode(), keep_blank_values=True))
        if said.keys() - {"notify_url"} != NEEDED or not FIXED.items() <= said.items():
            return error(8, f"Wrong parameters: {sorted(said)}")
        self.asked[said["idx"]] += 1
        return self.taken(said)

    def taken(self, said: dict[str, str]) -> Reply:
        if not (said["to"].isdecimal() and said["to"].startswith("48") and len(said["to"]) == 11):
            return error(13, "No correct phone numbers")
        if said["from"] not in self.senders:
            return error(14, "Invalid from field")
        if not said["message"] or len(said["idx"]) > 255:
            return error(11, "Message too long or there is no message")
        if any(one.idx == said["idx"] for one in self.sent):
            return error(53, "Not unique idx parameter")
        if self.points <= 0:
            return error(103, "Insufficient credits on Your account")
        self.points -= 1
        new = Sms(
            f"6{len(self.sent):019d}",
            said["to"],
            said["message"],
            said["from"],
            said["idx"],
            said.get("notify_url", ""),
        )
        self.sent.append(new)
        row = {"id": new.id, "points": 0.16, "number": new.to, "status": "QUEUE", "error": None, "idx": new.idx}
        return as_json({"count": 1, "list": [row]})

    def report(self, *reports: tuple[Sms, int]) -> dict[str, str]:
        """What would be posted for these statuses, several in one as SMSAPI does."""
        return {
            "MsgId": ",".join(one.id for one, _status in reports),
            "status": ",".join(str(status) for _one, status in reports),
            "idx": ",".join(one.idx for one, _status in reports),
        }

    def call_back(self, one: Sms, status: int) -> str:
        """Over HTTP, to the address that the letter named."""
        body = urlencode(self.report((one, status))).encode()
        with urlopen(one.notify_url, data=body, timeout=5) as answer:
            return answer.read().decode()


def error(code: int, message: str, status: int = 200) -> Reply:
    return as_json({"error": code, "message": message}, status)


def as_json(said: object, status: int = 200) -> Reply:
    return Reply(json.dumps(said).encode(), status, "application/json")
