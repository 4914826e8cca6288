"""Notification mails of services without an open API, in the manner of each, in Italian, English and German."""

import json
from datetime import UTC, datetime

import pytest

from connectors.base import Address, Message, RawItem
from connectors.mail import noticewords, services
from connectors.mail.channel import read_item
from connectors.mail.read import read
from tests.connectors.mail.letters import letter, mail, part

NOW = datetime(2026, 11, 2, tzinfo=UTC)
PASSED = "mx.firm.example; dkim=pass header.d=linkedin.com; spf=pass smtp.mailfrom=bounce.linkedin.com; dmarc=pass"
BULK = {"List_Unsubscribe": "<https://www.linkedin.com/unsub>", "Precedence": "bulk"}
LINKEDIN = {"From": "Anna Verdi via LinkedIn <messages-noreply@linkedin.com>", "Authentication_Results": PASSED, **BULK}
TALK = "https://www.linkedin.com/comm/messaging/thread/2-MmYxNjA3/?midToken=AQ{0}&trk=eml"
IN_ITALIAN = f"""Gentile Marco,

Anna Verdi ti ha inviato un messaggio

Buongiorno,
vorrei un preventivo per 40 giunti DN50.
Il nostro sito: https://bianchi.example/giunti

Grazie
Anna Verdi

Rispondi: {TALK.format("x")}

----------------------------------------

Questa e-mail è stata inviata a Marco Rossi.
Annulla l'iscrizione: https://www.linkedin.com/unsub
"""
HTML = """<html><body><a href="https://www.linkedin.com/"><img src="https://static.licdn.com/logo.png" alt="LinkedIn"></a>
<p>Anna Verdi sent you a message</p><p>Do you deliver to Graz?<br>See you at the fair</p>
<a href="https://www.linkedin.com/help">Help</a>
<a href="https://www.linkedin.com/comm/messaging/thread/2-Ab_9/?a=1&amp;b=2">View message</a>
<p>This email was intended for Marco Rossi.</p></body></html>"""


def note(subject: str, sender: str, text: str = "", **headers: str) -> Message:
    return read(letter(text, Subject=subject, From=sender, **{**BULK, **headers}))


def test_a_message_is_its_authors() -> None:
    found = read(letter(IN_ITALIAN, Subject="Anna Verdi ti ha inviato un messaggio", **LINKEDIN))
    assert found.machine is None
    assert found.sender == Address("linkedin:anna verdi", "Anna Verdi")
    assert found.reply.startswith("Buongiorno,\nvorrei un preventivo")
    assert found.reply.endswith("Grazie\nAnna Verdi")
    assert "https://bianchi.example/giunti" in found.reply
    assert found.facts["notice_url"] == TALK.format("x")
    assert found.thread_key == "notice:linkedin:anna verdi:2-MmYxNjA3"
    told = {name: found.facts[name] for name in ("notice", "notice_name", "notice_kind", "author", "notice_sender")}
    assert told == {
        "notice": "linkedin", "notice_name": "LinkedIn", "notice_kind": "message", "author": "Anna Verdi",
        "notice_sender": "messages-noreply@linkedin.com",
    }  # fmt: skip
    assert "machine_sign" not in found.facts
    assert not found.reply_to
    assert "Annulla l'iscrizione" in found.text


def test_another_message_of_the_talk_has_its_key() -> None:
    keys = {
        read(letter(f"x\n{TALK.format(mark)}", Subject="Anna Verdi sent you a message", **LINKEDIN)).thread_key
        for mark in "ab"
    }
    assert len(keys) == 1


def test_words_and_link_of_html() -> None:
    headers = {**LINKEDIN, "Subject": "Anna Verdi sent you a message"}
    found = read(mail(part(HTML, "text/html; charset=utf-8"), **headers))
    assert found.reply == "Do you deliver to Graz?\nSee you at the fair"
    assert found.facts["notice_url"] == "https://www.linkedin.com/comm/messaging/thread/2-Ab_9/?a=1&b=2"


def test_a_message_under_a_subject_of_its_own() -> None:
    headers = {**LINKEDIN, "From": "Anna Verdi tramite LinkedIn <inmail-hit-reply@linkedin.com>"}
    found = read(letter("Ci sentiamo?", Subject="Fornitura 2027", **headers))
    assert (found.sender.name, found.facts["notice"], found.subject) == ("Anna Verdi", "linkedin", "Fornitura 2027")


def test_nothing_but_the_subject_is_enough() -> None:
    found = note("Carl Weiß hat Ihnen eine Nachricht gesendet", "LinkedIn <messages-noreply@linkedin.com>")
    assert found.sender == Address("linkedin:carl weiss", "Carl Weiß")
    assert found.reply == found.subject
    assert found.facts["notice_url"] == "https://www.linkedin.com/messaging/"


LINKEDIN_MAIL = "LinkedIn <notifications-noreply@linkedin.com>"
GOOGLE = "Profilo dell'attività su Google <businessprofile-noreply@google.com>"
FACEBOOK, TRUSTPILOT = "Facebook <notification@facebookmail.com>", "Trustpilot <noreply@trustpilotmail.com>"
ALIBABA, WLW = "Alibaba.com <inquiry@service.alibaba.com>", "wlw <noreply@wlw.de>"
EXPO, EUROPAGES = "DirectIndustry <noreply@virtual-expo.com>", "Europages <noreply@europages.com>"
INSTAGRAM, YELLOW = "Instagram <no-reply@mail.instagram.com>", "PagineGialle <noreply@paginegialle.it>"
TOLD = [
    (LINKEDIN_MAIL, "Anna Verdi ha commentato il tuo post", "comment", "Anna Verdi"),
    (LINKEDIN_MAIL, "Anna Verdi ha menzionato Rossi Srl in un post", "comment", "Anna Verdi"),
    (LINKEDIN_MAIL, "Anna Verdi commented on your Page's post", "comment", "Anna Verdi"),
    (LINKEDIN_MAIL, "Anna Verdi mentioned you in a comment", "comment", "Anna Verdi"),
    (LINKEDIN_MAIL, "Anna Verdi hat Ihren Beitrag kommentiert", "comment", "Anna Verdi"),
    (LINKEDIN_MAIL, "Anna Verdi hat Sie in einem Beitrag erwähnt", "comment", "Anna Verdi"),
    (LINKEDIN_MAIL, "Hai 3 nuovi messaggi", "message", ""),
    (LINKEDIN_MAIL, "You have 1 new message", "message", ""),
    (LINKEDIN_MAIL, "Sie haben 2 neue Nachrichten", "message", ""),
    (LINKEDIN_MAIL, "New lead from Anna Verdi", "lead", "Anna Verdi"),
    (LINKEDIN_MAIL, "Hai 2 nuovi lead", "lead", ""),
    (LINKEDIN_MAIL, "Sie haben einen neuen Lead", "lead", ""),
    (GOOGLE, "Anna Verdi ha lasciato una recensione per Rossi Srl", "review", "Anna Verdi"),
    (GOOGLE, "Hai ricevuto una nuova recensione da Anna Verdi", "review", "Anna Verdi"),
    (GOOGLE, "Anna Verdi left a review for Rossi Srl", "review", "Anna Verdi"),
    (GOOGLE, "New 2-star review from Anna Verdi for Rossi Srl", "review", "Anna Verdi"),
    (GOOGLE, "Anna Verdi hat eine Rezension zu Rossi Srl geschrieben", "review", "Anna Verdi"),
    (GOOGLE, "Neue Rezension von Anna Verdi", "review", "Anna Verdi"),
    (TRUSTPILOT, "Nuova recensione a 2 stelle di Anna Verdi", "review", "Anna Verdi"),
    (TRUSTPILOT, "Anna Verdi just reviewed Rossi Srl", "review", "Anna Verdi"),
    (TRUSTPILOT, "Neue 4-Sterne-Bewertung von Anna Verdi", "review", "Anna Verdi"),
    (FACEBOOK, "Anna Verdi ha commentato il tuo post", "comment", "Anna Verdi"),
    (FACEBOOK, "Anna Verdi sent a message to Rossi Srl", "message", "Anna Verdi"),
    (FACEBOOK, "Anna Verdi empfiehlt Rossi Srl", "review", "Anna Verdi"),
    (INSTAGRAM, "anna.verdi ti ha menzionato in un commento", "comment", "anna.verdi"),
    (INSTAGRAM, "anna.verdi hat deinen Beitrag kommentiert", "comment", "anna.verdi"),
    (ALIBABA, "New inquiry from John Smith", "inquiry", "John Smith"),
    (ALIBABA, "John Smith sent you an inquiry about pipe joints", "inquiry", "John Smith"),
    (EUROPAGES, "Hai ricevuto una nuova richiesta di preventivo da Bianchi Spa", "inquiry", "Bianchi Spa"),
    (EUROPAGES, "Sie haben eine neue Anfrage von Kraus GmbH erhalten", "inquiry", "Kraus GmbH"),
    (EXPO, "New quote request from Kraus GmbH", "inquiry", "Kraus GmbH"),
    (EXPO, "Nuovo messaggio da Bianchi Spa", "message", "Bianchi Spa"),
    (WLW, "Neue Anfrage von Kraus GmbH", "inquiry", "Kraus GmbH"),
    (WLW, "New contact request from Kraus GmbH", "inquiry", "Kraus GmbH"),
    (YELLOW, "Nuova richiesta di contatto da Anna Verdi", "inquiry", "Anna Verdi"),
]  # fmt: skip


@pytest.mark.parametrize(("sender", "subject", "kind", "author"), TOLD)
def test_what_each_service_tells(sender: str, subject: str, kind: str, author: str) -> None:
    found = note(subject, sender)
    assert (found.machine, found.facts.get("notice_kind"), found.facts.get("author", "")) == (None, kind, author)


@pytest.mark.parametrize(
    ("sender", "subject"),
    [
        (LINKEDIN_MAIL, "Sei apparso in 5 ricerche questa settimana"),
        (LINKEDIN_MAIL, "You appeared in 5 searches this week"),
        (LINKEDIN_MAIL, "Anna Verdi und 3 weitere Personen haben Beiträge geteilt"),
        ("LinkedIn <messages-noreply@linkedin.com>", "Your weekly network digest"),
        ("LinkedIn Job Alerts <jobalerts-noreply@linkedin.com>", "New message from a recruiter"),
        ("Anna Verdi via LinkedIn <invitations@linkedin.com>", "I'd like to join your network"),
        (GOOGLE, "Il rendimento della tua attività a novembre"),
        (GOOGLE, "Your Business Profile performance report"),
        ("Google Calendar <calendar-notification@google.com>", "Anna Verdi left a review for Rossi Srl"),
        (FACEBOOK, "La tua fattura di Meta Ads"),
        (ALIBABA, "Your invoice for November"),
        (TRUSTPILOT, "Ihr Wochenbericht"),
        (WLW, "Newsletter November"),
    ],
)  # fmt: skip
def test_newsletters_stay_newsletters(sender: str, subject: str) -> None:
    found = note(subject, sender)
    assert found.machine == "bulk"
    assert "notice" not in found.facts


@pytest.mark.parametrize(
    "results",
    [
        "mx.firm.example; dmarc=fail header.from=linkedin.com; spf=pass smtp.mailfrom=evil.example",
        "mx.firm.example; spf=fail smtp.mailfrom=linkedin.com; dkim=none",
        "mx.firm.example; spf=pass smtp.mailfrom=x@evil.example; dkim=pass header.d=evil.example",
        "mx.firm.example; dkim=pass header.i=@notlinkedin.com",
    ],
)
def test_a_forged_notice_is_an_ordinary_mail(results: str) -> None:
    given = {**LINKEDIN, "Authentication_Results": results}
    found = read(letter(IN_ITALIAN, Subject="Anna Verdi ti ha inviato un messaggio", **given))
    assert found.sender.address == "messages-noreply@linkedin.com"
    assert found.machine == "bulk"
    assert "notice" not in found.facts


@pytest.mark.parametrize("sender", ["x@linkedin.com.evil.example", "x@notlinkedin.com", "linkedin.com@evil.example"])
def test_other_domains_are_no_service(sender: str) -> None:
    assert "notice" not in note("Anna Verdi sent you a message", f"Anna Verdi via LinkedIn <{sender}>").facts


@pytest.mark.parametrize(
    "link", ["http://www.linkedin.com/messaging/thread/2-abcd/", "https://linkedin.com@evil.example/x",
             "https://www.linkedin.com.evil.example/x", "https://evil.example/linkedin.com", "javascript:alert(1)"],
)  # fmt: skip
def test_no_link_leads_elsewhere(link: str) -> None:
    found = read(letter(f"Ciao\n{link}", Subject="Anna Verdi sent you a message", **LINKEDIN))
    assert found.facts["notice_url"] == "https://www.linkedin.com/messaging/"


@pytest.mark.parametrize(
    ("text", "markup", "count"),
    [
        ("Anna Verdi\n★★☆☆☆\nConsegna in ritardo.\n", "", "2"),
        ("Anna Verdi\n2 stelle\nConsegna in ritardo.\n", "", "2"),
        ("Anna Verdi\nRated 2 out of 5\nConsegna in ritardo.\n", "", "2"),
        ("Anna Verdi\n2 von 5 Sternen\nConsegna in ritardo.\n", "", "2"),
        ("", "<p>Anna Verdi</p><img src='s.png' alt='2 stars'><p>Consegna in ritardo.</p>", "2"),
    ],
)
def test_a_review_has_its_stars_and_words(text: str, markup: str, count: str) -> None:
    headers = {"From": GOOGLE, "Subject": "Anna Verdi ha lasciato una recensione", **BULK}
    found = read(mail(part(markup, "text/html; charset=utf-8"), **headers) if markup else letter(text, **headers))
    assert (found.facts["stars"], found.reply) == (count, "Consegna in ritardo.")


def test_a_word_of_five_pieces_is_no_rating_of_a_message() -> None:
    found = read(letter("5 of 5 pieces arrived", Subject="Anna Verdi sent you a message", **LINKEDIN))
    assert "stars" not in found.facts
    assert found.reply == "5 of 5 pieces arrived"


@pytest.mark.parametrize(
    ("sender", "subject", "author"),
    [
        ("Mario Rossi - Amazon Marketplace <k3j@marketplace.amazon.it>", "Richiesta di informazioni", "Mario Rossi"),
        ("eBay - rossi_77 <rossi_77_abc@members.ebay.it>", "Domanda sull'oggetto", "rossi_77"),
    ],
)  # fmt: skip
def test_what_a_relay_brings_is_answered_by_mail(sender: str, subject: str, author: str) -> None:
    found = note(subject, sender, "È disponibile?", Auto_Submitted="auto-generated")
    assert found.machine is None
    assert found.sender == Address(sender.partition("<")[2].rstrip(">"), author)
    assert found.reply == "È disponibile?"
    assert "notice" not in found.facts
    assert found.facts["via"] in ("amazon", "ebay")
    assert found.thread_key == ""


def test_a_person_in_reply_to_is_answered_by_mail() -> None:
    found = note("Neue Anfrage von Kraus GmbH", WLW, "Wir brauchen 40 Stück.", Reply_To="Ida Kraus <ida@kraus.example>")
    assert found.sender == Address("ida@kraus.example", "Kraus GmbH")
    assert found.facts["via"] == "wlw"
    inside = note("Neue Anfrage von Kraus GmbH", WLW, "Wir brauchen 40 Stück.", Reply_To="abc@reply.wlw.de")
    assert inside.facts["notice"] == "wlw"


def test_notices_that_name_nobody_are_talks_of_their_own() -> None:
    one, other = (note("Hai 3 nuovi messaggi", LINKEDIN_MAIL, Message_ID=f"<{mark}@x>") for mark in "ab")
    assert one.sender == other.sender == Address("linkedin:", "LinkedIn")
    assert one.thread_key != other.thread_key


def chosen(**given: object) -> str:
    return json.dumps(given)


def taken(data: str, sender: str, subject: str, text: str = "") -> Message:
    body = letter(text, Subject=subject, From=sender, **BULK)
    (found,) = read_item(RawItem("1", NOW, body, {"services": data}))
    assert isinstance(found, Message)
    return found


OWN = {"code": "own-1", "name": "ThomasNet", "sender": "thomasnet.example", "subject": []}


def test_a_service_of_the_firms_own() -> None:
    text = "Wir suchen 40 Giunti\nhttps://kraus.example/\nhttps://leads.thomasnet.example/l/7\n"
    found = taken(chosen(own=[OWN]), "Ida Kraus via ThomasNet <leads@mail.thomasnet.example>", "40 pieces", text)
    assert found.sender == Address("own-1:ida kraus", "Ida Kraus")
    assert found.facts["notice_url"] == "https://leads.thomasnet.example/l/7"
    assert found.reply == "Wir suchen 40 Giunti\nhttps://kraus.example/"


def test_only_the_subjects_that_the_firm_named() -> None:
    own = {**OWN, "sender": "leads@thomasnet.example", "subject": ["New Lead", "rfq"]}
    lead = taken(chosen(own=[own]), "ThomasNet <leads@thomasnet.example>", "Your new lead")
    news = taken(chosen(own=[own]), "ThomasNet <leads@thomasnet.example>", "Your figures")
    other = taken(chosen(own=[own]), "ThomasNet <news@thomasnet.example>", "Your new lead")
    assert lead.facts["notice"] == "own-1"
    assert news.machine == other.machine == "bulk"


def test_a_service_that_the_firm_switched_off() -> None:
    assert taken(chosen(off=["linkedin"]), LINKEDIN_MAIL, "Hai 3 nuovi messaggi").machine == "bulk"
    assert taken(chosen(off=["facebook"]), LINKEDIN_MAIL, "Hai 3 nuovi messaggi").machine is None


def test_in_the_sent_folder_nothing_is_a_notice() -> None:
    assert "notice" not in read(letter(IN_ITALIAN, Subject="Anna Verdi sent you a message", **LINKEDIN), "sent").facts


@pytest.mark.parametrize("text", ["Anna hat " * 40, "a ha commentato " * 30, "x" * 5_000, "", "\n" * 500, "★" * 999])
def test_hostile_subjects_take_no_time(text: str) -> None:
    noticewords.subject(text, tuple(noticewords.SUBJECTS))
    noticewords.words(text, text, text, tuple(noticewords.SUBJECTS), [])


def test_every_sender_of_the_table_is_found() -> None:
    for one in services.SERVICES:
        assert one.relays or (one.hosts and one.home.startswith("https://"))
        for sender in one.senders:
            assert services.by_sender(f"reviews@{sender}", services.Choice()) is one
