"""The page on paper: one page whatever the month was like, with the numbers of its content and every name readable."""

import io
import re
from dataclasses import replace

import pytest
from markupsafe import escape
from pypdf import PdfReader

from inbox.reporting.monthly.content import SECTIONS, Content, Part
from inbox.reporting.monthly.page import page
from inbox.reporting.monthly.paper import breadth, cut, fitting, wrapped
from inbox.reporting.monthly.pdf import pdf
from inbox.reporting.monthly.sheet import Sheet, sheet
from tests.parts.monthly import cases, content, full, line

ZONE = "Europe/Rome"
LONG = "Società Anonima per la Costruzione di Riduttori, Giunti e Guarnizioni di Precisione dell'Alta Brianza " * 5


def read(made: bytes) -> str:
    reader = PdfReader(io.BytesIO(made), strict=True)
    assert len(reader.pages) == 1
    page = reader.pages[0]
    assert (round(page.mediabox.width), round(page.mediabox.height)) == (595, 842)
    return re.sub(r"\s+", " ", page.extract_text())


def written(month: Content, language: str = "en", **how: object) -> tuple[Sheet, str]:
    found = sheet(month, language, ZONE, names=True, **how)  # type: ignore[arg-type]
    return found, read(pdf(found, "https://desk.firm.test"))


@pytest.mark.parametrize("language", ["en", "it"])
@pytest.mark.parametrize("count", [0, 1, 9, 10, 20, 60, 5_000])
def test_one_page_with_the_numbers_of_the_content(count: int, language: str) -> None:
    month = full(count) if count else content(line(0))
    found, text = written(month, language, company="Meccanica Verdi")
    assert found.title in text
    for one in found.tiles:
        assert one.figure in text
        assert all(note in text for note in one.notes)
    for told in found.told or ():
        assert told.text in text
        assert told.because in text
    for block in found.blocks:
        assert block.title in text
        for row in block.rows[:3]:
            assert " ".join(row.right.split()) in text


@pytest.mark.parametrize("count", [1, 20, 5_000])
def test_very_long_names_are_cut(count: int) -> None:
    _, text = written(full(count, LONG), company=LONG)
    assert "Società Anonima" in text
    assert "…" in text


@pytest.mark.parametrize(("voted", "share"), [(0, ""), (9, "9 so-so"), (10, "(70 %)"), (4_000, "(70 %)")])
def test_what_customers_said_is_one_line_on_the_same_page(voted: int, share: str) -> None:
    good = voted * 7 // 10 if voted > 9 else 0
    told = replace(full(5_000), every=line(5_000, asked=4_500, voted=voted, good=good))
    for language in ("en", "it"):
        found, text = written(told, language, company=LONG)
        assert found.opinion in text
        assert bool(found.opinion) == bool(voted)
        assert escape(found.opinion) in page(found)
        assert ("%" in found.opinion) == (voted >= 10)
        assert language == "it" or share in found.opinion


def test_who_finds_no_room_is_counted() -> None:
    _, text = written(full(5_000))
    more = re.search(r"and ([\d,]+) more$|and (49\d\d) more", text)
    assert more
    shown = len(re.findall(r"Team \d · ", text))
    assert shown + int(more[2] or more[1]) == 5_000


def test_a_few_who_wait_are_all_there() -> None:
    _, text = written(content(line(3), waiting=3, longest=cases(3, "Anna Bianchi")))
    assert text.count("Anna Bianchi") == 3
    assert "more" not in text.replace("more than", "")


def test_what_is_left_out_is_not_there() -> None:
    whole, _ = written(full(60))
    assert {block.code for block in whole.blocks} | {"findings"} == set(SECTIONS)
    for code in SECTIONS:
        found, text = written(full(60), sections=[one for one in SECTIONS if one != code])
        title = next((block.title for block in whole.blocks if block.code == code), whole.told_title)
        assert title not in text.split("Enquiry:")[0]
        assert code not in {block.code for block in found.blocks}


def test_a_team_that_is_gone_is_told_as_such_and_stands_out_by_no_number() -> None:
    gone = replace(line(24, late=20), value="7", name="7")
    month = content(line(100, late=20), teams=[replace(line(76), value="1", name="Sales"), gone])
    assert "a team that no longer exists" in written(month)[1]
    assert "team" not in {one.code for one in month.findings}


def test_a_finding_leads_to_the_report() -> None:
    found = sheet(full(60), "en", ZONE)
    reader = PdfReader(io.BytesIO(pdf(found, "https://desk.firm.test/")))
    links = [one.get_object()["/A"]["/URI"] for one in reader.pages[0]["/Annots"]]  # type: ignore[index, union-attr]
    assert links == [f"https://desk.firm.test{one.path}" for one in found.told or ()]


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("Čapek & Łukasz Gőbel", "Čapek & Łukasz Gobel"),
        ("Société 100 € – «è»", "Société 100 € – «è»"),
        ("株式会社 Gears", "???? Gears"),
        ("Nguyễn Ltd", "Nguyen Ltd"),
        ("🙂 Ltd\x07\u202e", "? Ltd"),
        ("(\\unbalanced", "(\\unbalanced"),
    ],
)
def test_names_of_all_letters_are_written_as_far_as_letters_go(name: str, shown: str) -> None:
    _, text = written(content(line(1), waiting=1, longest=cases(1, name)))
    assert shown in text


def test_a_part_of_a_name_that_no_font_has_makes_no_difference_to_the_rest() -> None:
    month = content(line(30), sources=[Part("x", "Ж" * 300, 30, 0)])
    assert "?" in written(month)[1]


def test_texts_fit_where_they_are_put() -> None:
    for text in (LONG, "", "x", "parola " * 40, "è" * 500, "株" * 500):
        assert breadth(cut(text, 100, 8), 8) <= 100
        lines = wrapped(text, 100, 8, 2)
        assert len(lines) <= 2
        assert all(breadth(one, 8) <= 100 for one in lines)
    assert fitting("Perù") == ("Perù", "Helvetica")
    assert fitting("Čapek", strong=True) == ("Čapek", "VeraBd")
