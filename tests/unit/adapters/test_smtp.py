"""Notifications as mails, over a real mail server: to whom, in which words, and what becomes of those who get none."""

from __future__ import annotations

import smtplib
import socket
import ssl
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import attrs
import pytest
import trustme

from casewf.adapters.memory import MemoryStore
from casewf.adapters.smtp import SmtpNotifier
from casewf.engine.case_view import MASK
from casewf.errors import Undelivered
from casewf.model.case import Case
from casewf.model.directory import StaticDirectory
from casewf.model.effects import Notify
from casewf.model.notice import Notice
from casewf.ports.outside import Delivery, Person
from casewf.testing.clock import TestClock, at
from engine_fakes import OPERATOR, World, claim, rows
from mail_server import MailServer, mail_server

GOLDEN = Path(__file__).parents[2] / "golden" / "mail"
LI, WANG = Person("li", "李薇"), Person("wang", "Wang, Jun")
ADDRESSES: Mapping[str, str | None] = {
    "li": "li@union.example",
    "wang": "wang@union.example",
    "wu": "wu@union.example",
}


@pytest.fixture
def server() -> Iterator[MailServer]:
    with mail_server() as made:
        yield made


def notifier(server: MailServer, **options: Any) -> SmtpNotifier:
    given = {
        "sender": "hotline@union.example",
        "address": lambda person: ADDRESSES.get(person.id),
        "clock": TestClock(at("2026-03-16 10:00")),
        "port": server.port,
        "security": "none",
        "timeout": 10,
    }
    return SmtpNotifier("localhost", **{**given, **options})


def delivery(*people: Person, effect_id: str = "C-1:3:0", only: str | None = None, **words: Any) -> Delivery:
    """A notification as the engine makes it, with a notice of its own."""

    def notice(person: Person, lang: str) -> Notice:
        zh = Notice(
            subject="诉求 C-1：派单",
            lines=("您的角色：办理员", "状态：派单"),
            fields={"summary": "内容：欠薪", "phone": f"电话：{MASK}"},
        )
        en = Notice(
            subject="Claim C-1: Dispatch",
            lines=("your role: Handler", "state: Dispatched"),
            fields={"summary": "Summary: 欠薪", "phone": f"Phone: {MASK}"},
        )
        return attrs.evolve(zh if lang == "zh" else en, **words)

    case = Case(
        id="C-1", workflow=("claim", 1, "hash"), org="city", version=3, opened_at=0, at=0, opened_by="wu", states={}
    )  # fmt: skip
    effect = Notify("handler", ("yuzhong",), "dispatch", only=only)
    return Delivery(id=effect_id, case=case, effect=effect, recipients=people, notice=notice)


# What a mail says


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_mail_says_what_the_notice_says_and_the_fields_that_were_asked_for(
    server: MailServer, lang: str
) -> None:
    notifier(server, lang=lang, fields=["phone", "summary", "amount"]).notify(delivery(LI))
    mail = server.to("li@union.example")
    shown = (
        "".join(f"{name}: {mail[name]}\n" for name in ("Subject", "Content-Language")) + mail.get_content()
    )
    assert shown.replace("\r\n", "\n") == (GOLDEN / f"dispatch.{lang}.txt").read_text(encoding="utf-8")


def test_each_recipient_has_a_mail_of_his_own_that_names_nobody_else(server: MailServer) -> None:
    notifier(server).notify(delivery(LI, WANG))
    assert server.recipients == ["li@union.example", "wang@union.example"]
    for mine, other in (("li", "wang"), ("wang", "li")):
        mail = server.to(f"{mine}@union.example")
        assert [mail[name] for name in ("Cc", "Bcc", "Reply-To")] == [None] * 3
        assert f"{other}@" not in mail.as_string()
    assert str(server.to("wang@union.example")["To"]) == '"Wang, Jun" <wang@union.example>'
    assert server.to("li@union.example")["To"].addresses[0].display_name == "李薇"
    assert str(server.to("li@union.example")["From"]) == "hotline@union.example"


def test_without_fields_no_value_of_the_case_stands_in_a_mail(server: MailServer) -> None:
    notifier(server).notify(delivery(LI))
    assert "欠薪" not in server.to("li@union.example").get_content()


def test_the_language_may_be_the_recipients_own(server: MailServer) -> None:
    notifier(server, lang=lambda person: "en" if person is WANG else "zh").notify(delivery(LI, WANG))
    assert server.to("li@union.example")["Subject"] == "诉求 C-1：派单"
    assert server.to("wang@union.example")["Subject"] == "Claim C-1: Dispatch"


def test_what_goes_over_the_wire_is_ascii_and_comes_from_a_machine(server: MailServer) -> None:
    for lines in (("长" * 2000,), ("短",)):
        notifier(server, fields=["summary"]).notify(delivery(LI, lines=lines))
        assert server.raw[-1].isascii()
        assert max(map(len, server.raw[-1].split(b"\r\n"))) <= 998
    server.mails.pop()
    mail = server.to("li@union.example")
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["Date"].datetime == at("2026-03-16 10:00")


# Duplicates


def message_id(server: MailServer, told: Delivery) -> str:
    notifier(server).notify(told)
    return str(server.mails[-1][1]["Message-ID"])


def test_a_mail_that_is_sent_again_has_the_id_of_the_first_and_no_other_has(server: MailServer) -> None:
    first = message_id(server, delivery(LI))
    assert first.endswith("@union.example>")
    assert message_id(server, delivery(LI)) == first
    assert message_id(server, delivery(LI, effect_id="C-1:3:0~li", only="li")) == first
    others = [
        message_id(server, delivery(WANG)),
        message_id(server, delivery(LI, effect_id="C-1:3:1")),
        message_id(server, delivery(LI, effect_id="C-1~li:3:0")),
        message_id(server, delivery(WANG, effect_id="C-1:3:0~li", only="li")),
    ]
    assert first not in others
    assert len(set(others[:3])) == 3


# Headers that somebody else wrote


@pytest.mark.parametrize(
    "evil",
    [
        "x\r\nBcc: evil@example.org",
        "x\nBcc: evil@example.org",
        "x\rBcc: evil@example.org",
        "x\x00\x1b[2J\u2028Bcc: evil@example.org",
    ],
)
def test_nobody_writes_a_header_by_a_name_or_a_case(server: MailServer, evil: str) -> None:
    directory = StaticDirectory(
        {"city": None, "yuzhong": "city"}, {"yuzhong": [Person("li", evil, frozenset({"handler"}))]}
    )
    world = World(MemoryStore(), directory=directory, notifier=notifier(server, fields=["summary"]))
    world.open(evil, data={"summary": evil})
    world.engine.fire(evil, "dispatch", actor=OPERATOR, data={"lead_org": "yuzhong"})
    assert server.recipients == ["li@union.example"]
    mail = server.to("li@union.example")
    assert mail["Bcc"] is None
    assert sorted(mail.keys()) == sorted(
        ["From", "To", "Subject", "Date", "Message-ID", "Auto-Submitted", "Content-Language", "Content-Type",
         "Content-Transfer-Encoding", "MIME-Version"]
    )  # fmt: skip


@pytest.mark.parametrize(
    "address",
    ["li@union.example\r\nBcc: x@example.org", "li@union.example, x@example.org", "li", "li@", "", "李@union.example",
     "li@union.example\x00", "<li@union.example>"],
)  # fmt: skip
def test_what_is_no_address_is_told_and_gets_nothing(server: MailServer, address: str) -> None:
    with pytest.raises(Undelivered, match=r"^li has a mail address that is none; mend it") as caught:
        notifier(server, address=lambda person: address).notify(delivery(LI))
    assert (caught.value.final, caught.value.people) == (True, ("li",))
    assert server.mails == []


# Who is not told


def test_who_has_no_address_is_a_dead_letter_and_the_others_have_their_mail(server: MailServer) -> None:
    people = [Person("li", "李", frozenset({"handler"})), Person("ma", "马", frozenset({"handler"}))]
    directory = StaticDirectory({"city": None, "yuzhong": "city"}, {"yuzhong": people})
    world = World(MemoryStore(), directory=directory, notifier=notifier(server))
    world.dispatched()
    assert server.recipients == ["li@union.example"]
    assert [(row.id, row.state) for row in rows(world, "notify")] == [
        ("C-1:3:0", "done"),
        ("C-1:3:0~ma", "dead"),
    ]
    (incident,) = world.engine.incidents("C-1")
    assert incident.detail == "Undelivered: ma has no mail address; mend it, then deliver this again"


def test_who_is_refused_is_named_and_the_others_have_their_mail(server: MailServer) -> None:
    for line, final in (("550 5.1.1 <li@union.example> unknown", True), ("451 try later", False)):
        server.refuse = {"li@union.example": line}
        with pytest.raises(Undelivered) as caught:
            notifier(server).notify(delivery(LI, WANG))
        assert (caught.value.people, caught.value.final) == (("li",), final)
        assert str(caught.value) == f"li was refused: {line.replace('li@union.example', '…')}"
    assert server.recipients == ["wang@union.example"] * 2


def test_where_one_may_be_told_later_and_another_never_both_are_named(server: MailServer) -> None:
    server.refuse = {"li@union.example": "450 busy"}
    with pytest.raises(Undelivered) as caught:
        notifier(server).notify(delivery(Person("ma"), LI))
    assert (caught.value.people, caught.value.final) == (("ma", "li"), False)


def test_a_mail_that_is_not_taken_is_tried_again(server: MailServer) -> None:
    server.after_data = "554 looks like spam"
    with pytest.raises(Undelivered, match="li was refused: 554 looks like spam") as caught:
        notifier(server).notify(delivery(LI))
    assert not caught.value.final


def test_a_server_that_goes_away_in_the_middle_leaves_the_rest_to_be_told(server: MailServer) -> None:
    server.refuse = {"wang@union.example": "421 closing down"}
    with pytest.raises(Undelivered) as caught:
        notifier(server).notify(delivery(LI, WANG, Person("wu")))
    assert (caught.value.people, caught.value.final) == (("wang", "wu"), False)
    assert server.recipients == ["li@union.example"]


def test_a_server_that_will_not_say_good_bye_has_taken_the_mail_all_the_same(server: MailServer) -> None:
    server.hangs_up = True
    notifier(server).notify(delivery(LI))
    assert server.recipients == ["li@union.example"]


def test_nobody_there_is_an_error_of_the_connection() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        nowhere = MailServer(port=listener.getsockname()[1])
    with pytest.raises(ConnectionRefusedError):
        notifier(nowhere).notify(delivery(LI))


def test_a_server_that_says_nothing_is_given_up() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        silent = MailServer(port=listener.getsockname()[1])
        with pytest.raises(smtplib.SMTPServerDisconnected, match="timed out"):
            notifier(silent, timeout=0.1).notify(delivery(LI))


# TLS and logins


def contexts() -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """That of a server, and one that trusts it."""
    authority = trustme.CA()
    own = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost").configure_cert(own)
    trusting = ssl.create_default_context()
    authority.configure_trust(trusting)
    return own, trusting


def test_over_starttls_it_logs_in_and_the_mail_is_sent_under_cover() -> None:
    own, trusting = contexts()
    with mail_server(starttls=own) as server:
        safe = {"security": "starttls", "tls": trusting}
        notifier(server, **safe, login=("hotline", "s3cret")).notify(delivery(LI))
        assert (server.recipients, server.secure) == (["li@union.example"], [True])
        assert server.logins == [("hotline", "s3cret")]
        with pytest.raises(smtplib.SMTPAuthenticationError):
            notifier(server, **safe, login=("hotline", "wrong")).notify(delivery(LI))
        assert len(server.mails) == 1


def test_over_tls_from_the_first_byte() -> None:
    own, trusting = contexts()
    with mail_server(tls=own) as server:
        notifier(server, security="tls", tls=trusting).notify(delivery(LI))
        assert server.secure == [True]


def test_a_server_that_nobody_vouches_for_gets_no_mail() -> None:
    own, _ = contexts()
    with mail_server(starttls=own) as server:
        with pytest.raises(ssl.SSLCertVerificationError):
            notifier(server, security="starttls", login=("hotline", "s3cret")).notify(delivery(LI))
        assert (server.mails, server.logins) == ([], [])


def test_a_server_without_starttls_gets_no_mail_in_the_open(server: MailServer) -> None:
    with pytest.raises(smtplib.SMTPNotSupportedError, match="security='tls' if it is encrypted"):
        notifier(server, security="starttls").notify(delivery(LI))
    assert server.mails == []


# What cannot be


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"security": "ssl"}, "security must be"),
        ({"sender": "hotline"}, "sender must be a mail address"),
        ({"sender": "a@b\r\nBcc: c@d"}, "sender must be a mail address"),
        ({"login": ("a", "b"), "security": "none"}, "a password over a connection"),
        ({"lang": "fr"}, "lang must be"),
        ({"fields": "phone"}, "fields are several names"),
        ({"tls": ssl._create_unverified_context()}, "tls must check"),
    ],
)
def test_an_option_that_cannot_be_is_told_at_once(options: dict[str, Any], told: str) -> None:
    with pytest.raises((ValueError, TypeError), match=told):
        notifier(MailServer(port=25), **options)


def test_a_server_needs_a_name() -> None:
    with pytest.raises(ValueError, match="host is empty"):
        SmtpNotifier(
            "", sender="a@b.example", address=lambda person: None, clock=TestClock(at("2026-03-16 10:00"))
        )


def test_only_what_the_recipients_role_may_see_stands_in_his_mail(server: MailServer) -> None:
    both = claim(**{"effects: [{notify: handler}]": "effects: [{notify: [handler, operator]}]"})
    people = {
        "yuzhong": [Person("li", "李", frozenset({"handler"}))],
        "city": [Person("wu", "吴", frozenset({"operator"}))],
    }
    world = World(
        MemoryStore(),
        workflows=[both],
        directory=StaticDirectory({"city": None, "yuzhong": "city"}, people),
        notifier=notifier(server, fields=["summary", "phone"]),
    )
    world.dispatched()
    assert "电话：13900001111" in server.to("wu@union.example").get_content()
    told = server.to("li@union.example").get_content()
    assert f"电话：{MASK}" in told
    assert "13900001111" not in told
