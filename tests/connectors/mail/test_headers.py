"""Header values as people meant them."""

import pytest

from connectors.mail.headers import date, ids, message_id, parameters, raw_text, unfolded, words


@pytest.mark.parametrize(
    ("given", "meant"),
    [
        ("plain", "plain"),
        ("=?utf-8?q?Citt=C3=A0_di_Torino?=", "Città di Torino"),
        ("=?UTF-8?B?UGVyY2jDqQ==?=", "Perché"),
        ("Re: =?iso-8859-1?Q?Gr=FC=DFe?= an alle", "Re: Grüße an alle"),
        ("=?utf-8?q?a?= =?utf-8?q?b?=", "ab"),
        ("=?utf-8?q?a?= e =?utf-8?q?b?=", "a e b"),
        ("=?utf-8?b?w6HD?= =?utf-8?b?qQ==?=", "áé"),
        ("=?windows-1252?Q?=80_20?=", "€ 20"),
        ("=?utf-8*it?q?perch=C3=A9?=", "perché"),
        ("=?utf-8?Q?con spazi, anche?=", "con spazi, anche"),
        ("=?x-nessuno?q?caff=C3=A8?=", "caffè"),
        ("=?utf-8?b?UGVyY2jDqQ?=", "Perché"),
        ("=?utf-8?q?torn", "=?utf-8?q?torn"),
    ],
)
def test_encoded_words(given: str, meant: str) -> None:
    assert words(given) == meant


def test_unfolding_leaves_one_space() -> None:
    assert unfolded("uno\r\n\tdue\r\n \r\n tre") == "uno due tre"


@pytest.mark.parametrize(("raw", "meant"), [("Città".encode(), "Città"), ("Città".encode("cp1252"), "Città")])
def test_raw_bytes(raw: bytes, meant: str) -> None:
    assert raw_text(raw.decode("ascii", "surrogateescape")) == meant


@pytest.mark.parametrize(
    ("given", "name"),
    [
        ('attachment; filename="offerta.pdf"', "offerta.pdf"),
        ("attachment; filename=offerta nuova.pdf", "offerta nuova.pdf"),
        ("attachment; filename*=utf-8''citt%C3%A0.pdf", "città.pdf"),
        ("attachment; filename*=utf-8'it'perch%C3%A9.pdf; filename=perche.pdf", "perché.pdf"),
        ("attachment; filename*0=lungo; filename*1=nome.pdf", "lungonome.pdf"),
        ("attachment; filename*1=nome.pdf; filename*0*=utf-8''%C3%A8", "ènome.pdf"),
        ('attachment; filename="=?utf-8?q?citt=C3=A0.pdf?="', "città.pdf"),
        (r'attachment; filename="a \"b\".pdf"', 'a "b".pdf'),
        ('attachment; filename="aperto', "aperto"),
    ],
)
def test_parameters(given: str, name: str) -> None:
    assert parameters(given) == ("attachment", {"filename": name})


def test_ids() -> None:
    assert ids("<a@b> junk <c\t@d> e@f") == ("<a@b>", "<c@d>")
    assert message_id(" <a@b> (added by relay)") == "<a@b>"
    assert message_id("a@b") == "a@b"
    assert message_id("") == ""


@pytest.mark.parametrize("given", ["", "soon", "Mon, 99 Jan 2026 09:00 +0100", "1 Jan 99999999999 0:0:0"])
def test_no_date(given: str) -> None:
    assert date(given) is None


def test_a_date_without_a_zone_is_utc() -> None:
    when = date("Mon, 05 Jan 2026 09:00:00 -0000")
    assert when is not None
    assert when.isoformat() == "2026-01-05T09:00:00+00:00"
