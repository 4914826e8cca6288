"""A customer is asked how an answer was, from the manager's switch to the report."""

import re

import httpx

from tests.parts.company import CUSTOMER, MANAGER, mail, set_up
from tests.parts.dovecot import Dovecot
from tests.parts.long import LONG
from tests.parts.server import Server, eventually
from tests.parts.smtp import Peer

pytestmark = LONG

PAGE = "/channels/satisfaction"


def test_an_answer_asks_and_the_report_tells(server: Server, dovecot: Dovecot, smtp_peer: Peer) -> None:
    user = set_up(server, dovecot, smtp_peer)
    server.start()
    eventually(server.heard)
    browser = server.sign_in(MANAGER)
    assert browser.post(PAGE, form_page=PAGE, mail="y", pause_days="5").status_code == 422
    wanted = {"mail": "y", "pause_days": "30", "question_it": "Com'era la nostra risposta?"}
    assert browser.post(PAGE, form_page=PAGE, **wanted).status_code == 302
    dovecot.append(user, mail("Giunto GX-40", "Buongiorno,\n\nqual è la tolleranza del foro?\n"))
    found = eventually(lambda: re.search(r'href="(/conversations/\d+)', browser.get("/").text))
    link = found[1]  # type: ignore[index]
    browser.post(f"{link}/answer", form_page=link, text="Buongiorno,\n\nla tolleranza è H7.\n")

    text = smtp_peer.wait_for(CUSTOMER)[0].get_body().get_content()  # type: ignore[union-attr]
    assert "Com'era la nostra risposta?" in text
    paths = re.findall(r"/opinion/\S+", text)
    assert len(paths) == 3
    for path in paths:
        assert "Buona" in httpx.get(f"{server.url}{path}").text
    every = browser.get("/report.json").json()["every"]
    assert (every["asked"], every["voted"]) == (1, 0), "a program that follows links has said nothing"
    told = {"value": "bad", "comment": "La coppia manca"}
    assert "La ringraziamo" in httpx.post(f"{server.url}{paths[2]}", data=told).text

    page = browser.get(link).text
    assert "non buona, «La coppia manca»" in page
    assert paths[0] not in page
    every = browser.get("/report.json").json()["every"]
    assert (every["voted"], every["good"], every["bad"]) == (1, 0, 1)
    behind = re.search(r'href="(/report/cases\?[^"]*state=bad[^"]*)"', browser.get("/report").text)
    assert behind
    assert "La coppia manca" in browser.get(behind[1].replace("&amp;", "&")).text
    assert "giudizio non buono" in browser.get("/report.csv").text
