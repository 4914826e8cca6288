"""Where somebody comes from, by what a message tells."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inbox.leads.origins import Touch, touch

PAGE = "https://www.firm.test/contatti"


@pytest.mark.parametrize(
    ("facts", "source"),
    [
        ({}, "mail"),
        ({"page": f"{PAGE}?gclid=Cj0KC"}, "google_ads"),
        ({"gclid": "Cj0KC", "page": PAGE}, "google_ads"),
        ({"page": f"{PAGE}?gbraid=0AAA"}, "google_ads"),
        ({"msclkid": "abc"}, "microsoft_ads"),
        ({"page": f"{PAGE}?li_fat_id=1"}, "linkedin_ads"),
        ({"fbclid": "IwAR", "referrer": "https://l.facebook.com/"}, "facebook"),
        ({"fbclid": "IwAR", "utm_source": "facebook", "utm_medium": "paid_social"}, "meta_ads"),
        ({"utm_source": "google", "utm_medium": "cpc"}, "google_ads"),
        ({"utm_source": "Google", "utm_medium": "organic"}, "google"),
        ({"utm_source": "ig", "utm_medium": "social_paid"}, "meta_ads"),
        ({"utm_source": "linkedin", "utm_medium": "social"}, "linkedin"),
        ({"utm_source": "primavera", "utm_medium": "email"}, "newsletter"),
        ({"utm_source": "Portale-Giunti", "utm_medium": "cpc"}, "utm:portale-giunti"),
        ({"utm_source": "chatgpt.com"}, "ai"),
        ({"referrer": "https://www.google.it/", "page": PAGE}, "google"),
        ({"referrer": "https://www.google.co.uk/search?q=x"}, "google"),
        ({"referrer": "https://duckduckgo.com/"}, "search"),
        ({"referrer": "https://gemini.google.com/app"}, "ai"),
        ({"referrer": "https://mail.google.com/mail"}, "mail"),
        ({"referrer": "https://it.linkedin.com/company/x"}, "linkedin"),
        ({"referrer": "https://t.co/abc"}, "x"),
        ({"referrer": "https://www.giunti-portal.test/list"}, "from:giunti-portal.test"),
        ({"referrer": "https://www.firm.test/", "page": PAGE, "form": "contatti"}, "site"),
        ({"referrer": "Google"}, "mail"),
        ({"form": "contatti"}, "site"),
        ({"field.come ci ha conosciuto?": "Alla fiera MECSPE di Bologna"}, "fair"),
        ({"field.Come ci avete trovato": "passaparola"}, "recommended"),
        ({"field.how did you hear about us": "ChatGPT"}, "ai"),
        ({"field.how did you find us?": "A colleague recommended you"}, "recommended"),
        ({"field.wie sind sie auf uns aufmerksam geworden": "Hannover Messe"}, "fair"),
        ({"field.wie-haben-sie-von-uns-erfahren": "Empfehlung"}, "recommended"),
        ({"field.come ci ha conosciuto": "non ricordo", "referrer": "https://www.bing.com/"}, "bing"),
        ({"field.come ci ha conosciuto": "fiera", "referrer": "https://www.google.it/"}, "fair"),
        ({"field.come ci ha conosciuto": "fiera", "gclid": "x"}, "google_ads"),
        ({"field.messaggio": "Ci siamo visti alla fiera"}, "mail"),
        ({"field.come": "fiera"}, "mail"),
    ],
)
def test_the_table(facts: dict[str, str], source: str) -> None:
    assert touch(facts, "mail").source == source


@pytest.mark.parametrize(
    ("kind", "source"),
    [("mail", "mail"), ("webform", "site"), ("sitechat", "site"), ("instagram", "instagram"), ("whatsapp", "whatsapp")],
)
def test_without_any_trace_it_is_the_channel(kind: str, source: str) -> None:
    assert touch({}, kind).source == source


def test_what_was_told_is_kept() -> None:
    facts = {
        "page": f"{PAGE}?gclid=Cj0KC", "utm_campaign": "giunti-2026", "field.come ci ha conosciuto": "una rivista",
    }  # fmt: skip
    assert touch(facts, "webform") == Touch("google_ads", "giunti-2026", "gclid=Cj0KC", "una rivista")


@given(st.dictionaries(st.sampled_from(["page", "referrer", "utm_source", "utm_medium", "field.come ci ha conosciuto"]),
                       st.text(max_size=60)))  # fmt: skip
def test_nothing_that_anybody_writes_breaks_it(facts: dict[str, str]) -> None:
    assert touch(facts, "mail").source


@pytest.mark.parametrize("address", ["http://[", "https://[::1", "//x:99999/", "\x00"])
def test_an_address_that_is_none(address: str) -> None:
    assert touch({"referrer": address, "page": address}, "mail").source == "mail"
