"""What several customers ask is one question, however they word it; trouble is counted by product."""

from datetime import timedelta

from inbox import conversations, products
from inbox.events import SYSTEM, person
from inbox.models import now
from inbox.products import Product
from routing import topics
from tests.parts.desk import Desk

SINCE = timedelta(days=30)
WORDED = (
    "Buongiorno. Qual è la temperatura massima di esercizio del giunto? Grazie",
    "Qual è la temperatura massima del giunto in esercizio?",
    "Salve, vorrei sapere: qual è la massima temperatura di esercizio dei giunti? Mi scriva a me@rossi.test",
)


def ask(desk: Desk, *texts: str) -> None:
    for number, text in enumerate(texts):
        desk.ask(text, subject=f"Domanda {number}", sender=f"c{number}@firm{number}.test")


def test_a_question_of_three_is_found_in_their_words(desk_on_both: Desk) -> None:
    ask(desk_on_both, *WORDED, "Avete il certificato ATEX?")
    with desk_on_both.database.reading() as session:
        (found,) = topics.questions(session, now() - SINCE)
    assert found.words == "Qual è la temperatura massima di esercizio del giunto?"
    assert found.asked == 3
    assert len(found.conversations) == 3


def test_one_who_asks_thrice_is_one(desk: Desk) -> None:
    for text in WORDED:
        desk.ask(text, sender="anna@rossi.test")
    with desk.database.reading() as session:
        assert topics.questions(session, now() - SINCE) == []


def test_spam_and_what_is_long_ago_do_not_count(desk: Desk) -> None:
    ask(desk, *WORDED[:2])
    spam = desk.ask(WORDED[2], sender="x@spam.test")
    desk.do(conversations.mark_spam, spam, person(desk.manager))
    with desk.database.reading() as session:
        assert topics.questions(session, now() - SINCE) == []
        assert topics.questions(session, now() + SINCE) == []


def test_addresses_and_numbers_are_left_out(desk: Desk) -> None:
    text = "Potete spedire il catalogo dei giunti a {}@rossi.test o chiamare 0444 123456?"
    ask(desk, *(text.format(name) for name in ("anna", "bea", "carla")))
    with desk.database.reading() as session:
        (found,) = topics.questions(session, now() - SINCE)
    assert found.words == "Potete spedire il catalogo dei giunti a … o chiamare …?"


def test_trouble_by_product(desk: Desk) -> None:
    with desk.database.writing() as session:
        products.save(session, [Product("GX-40"), Product("GX-63")], SYSTEM)
    ask(desk, "Il giunto GX 40 è rotto.", "Reclamo: GX40 rumoroso", "Il GX-63 va benissimo", "Kupplung GX-40 defekt")
    with desk.database.reading() as session:
        assert [(one.product, one.told) for one in topics.troubles(session, now() - SINCE)] == [("GX-40", 3)]
