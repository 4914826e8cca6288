"""Senders and words that a company does not want from its forms become spam; nothing of it is lost."""

import pytest

from inbox import conversations, unwanted
from inbox.channels import ChannelError
from inbox.forms import settings
from inbox.models import Channel, Decision, Delivery, Message
from inbox.models.conversation import SPAM
from tests.parts.desk import Desk
from tests.parts.forms import FormDesk
from tests.routing.test_actions import set_rule

LIST = ["bob@spam.test", "@casino.test", "offerta SEO", "perché no"]


@pytest.mark.parametrize(
    ("address", "text", "met"),
    [
        ("Bob@Spam.test", "Buongiorno", "bob@spam.test"), ("bobo@spam.test", "Buongiorno", ""),
        ("x@casino.test", "", "@casino.test"), ("x@mail.Casino.test", "", "@casino.test"), ("x@mycasino.test", "", ""),
        ("x@casino.test.firm.test", "", ""), ("", "Un'OFFERTA  seo!", "offerta SEO"), ("", "offerta\nSéo", "offerta SEO"),
        ("", "offerta per il SEO", ""), ("", "offerta seoul", ""), ("", "PERCHE' NO?", "perché no"),
        ("", "of\u00adfer\u200bta ＳＥＯ", "offerta SEO"), ("anna@cliente.test", "Vorrei un'offerta", ""), ("", "", ""),
    ],
)  # fmt: skip
def test_what_meets_the_list(address: str, text: str, met: str) -> None:
    assert unwanted.met(LIST, address, ["Anna", text]) == met


def test_words_in_a_row_stand_in_one_field() -> None:
    assert unwanted.met(LIST, "", ["Chiedo un'offerta", "SEO"]) == ""


@pytest.mark.parametrize("wrong", ["ab", "@", "a@b", "x y@spam.test", "...", "x" * 101])
def test_what_would_meet_everything_or_nothing_is_refused(desk: Desk, wrong: str) -> None:
    with pytest.raises(ChannelError, match=r"^unwanted: "):
        FormDesk(desk, unwanted=[wrong])


def test_it_becomes_spam_without_a_word_and_can_be_reopened(desk_on_both: Desk) -> None:
    desk, site = desk_on_both, FormDesk(desk_on_both, unwanted=LIST)
    set_rule(desk, team="rd", acknowledge=True)
    found = site.arrive(message="La nostra offerta SEO")
    assert (found.status, found.waiting_since) == (SPAM, None)
    (message,) = desk.all(Message)
    assert (message.facts["trap"], message.facts["unwanted"]) == ("blocked", "offerta SEO")
    assert (desk.all(Delivery), desk.all(Decision)) == ([], [])
    desk.do(conversations.reopen, found, conversations.person(desk.manager))
    assert desk.fresh(found).status == "open"
    assert site.arrive().status == "open", "others are told as ever"


def test_another_form_is_not_touched(desk: Desk) -> None:
    site = FormDesk(desk)
    with desk.database.writing() as session:
        settings.make(session, desk.app.vault, "altro", desk.channel, unwanted=["@cliente.test"])
    assert site.arrive().status == "open"
    with desk.database.writing() as session:
        channel = session.get_one(Channel, site.channel.id)
        del channel.settings["unwanted"]
        channel.settings = dict(channel.settings)
    assert site.arrive(message="Un modulo di prima").status == "open"
