"""How the chat looks and is reached on any page: hostile styles, keyboard, axe, strings that attack, the preview."""

from typing import Any

import pytest

from tests.parts import axe
from tests.parts.long import LONG
from tests.widget.conftest import Visit, write
from tests.widget.standin import KEY, Site, Standin

pytestmark = LONG

HOSTILE = """body * { all: unset !important; display: none !important; font-size: 60px !important; }
  div { position: static !important; transform: rotate(9deg) !important; } * { letter-spacing: 9px !important; }"""
ATTACK = '<img src=x onerror="window.ran=1"><script>window.ran=1</script>javascript:alert(1)'


def test_a_hostile_style_sheet_changes_nothing(visit: Visit, site: Site) -> None:
    boxes = []
    for style in ("", HOSTILE):
        site.style = style
        page = visit(viewport={"width": 1440, "height": 800})
        page.click(".bubble")
        names = ("section", "h2", "textarea", ".send")
        boxes.append([page.locator(name).bounding_box() for name in names])
    assert boxes[0] == boxes[1]
    assert boxes[0][0]["width"] == 384


def test_it_fills_a_phone_and_has_room_for_fingers(visit: Visit) -> None:
    page = visit(viewport={"width": 390, "height": 844})
    page.click(".bubble")
    assert page.locator("section").bounding_box() == {"x": 0, "y": 0, "width": 390, "height": 844}
    sizes = "(all) => all.filter((one) => one.offsetParent).map((one) => [one.offsetWidth, one.offsetHeight])"
    assert all(min(size) >= 44 for size in page.locator("button, textarea").evaluate_all(sizes))


def test_the_focus_goes_in_and_comes_back(visit: Visit) -> None:
    page = visit()
    page.focus(".bubble")
    page.keyboard.press("Enter")
    focused = "document.activeElement.shadowRoot.activeElement.className || document.activeElement.shadowRoot.activeElement.tagName"
    assert page.evaluate(focused) == "TEXTAREA"
    page.keyboard.type("a b")
    assert page.input_value("textarea") == "a b"
    page.keyboard.press("Escape")
    assert page.evaluate(focused) == "bubble"
    assert not page.is_visible("section")


def test_strings_that_attack_stay_strings(visit: Visit, server: Standin, said: list[str]) -> None:
    server.settings |= dict.fromkeys(("name", "title", "greeting", "bubble", "away", "consent"), ATTACK)
    server.settings |= {
        "privacy": "javascript:window.ran=1",
        "questions": [{"name": "name", "label": ATTACK, "required": False}],
    }
    page = visit()
    page.click(".bubble")
    page.check("[type=checkbox]")
    write(page, ATTACK)
    page.wait_for_selector("text=Inviato")
    server.answer(ATTACK + " javascript:window.ran=1", name=ATTACK, files=[(ATTACK, b"x")])
    server.tell(notice=ATTACK, holder=ATTACK, typing=True)
    page.wait_for_selector(".us")
    assert page.locator("img, script[src='x'], a").count() == 0
    assert page.evaluate("window.ran") is None
    assert said == []


@pytest.mark.parametrize(
    "colour", ["#ffffff", "#ffe600", "#808080", "#1f5fbf", "#00ff00", "#ff0000", "#7a7a7a", "#000000"]
)
def test_the_text_on_the_firm_s_colour_is_legible(visit: Visit, server: Standin, colour: str) -> None:
    server.settings |= {"colour": colour}
    page = visit()
    shown = page.evaluate("""() => { const style = getComputedStyle(document.body.lastChild.shadowRoot.querySelector(".bubble"));
      const context = new OffscreenCanvas(1, 1).getContext("2d");
      return [style.color, style.backgroundColor].map((one) => { context.fillStyle = one; context.fillRect(0, 0, 1, 1);
        return [...context.getImageData(0, 0, 1, 1).data].slice(0, 3); }); }""")
    light, dark = sorted((_light(one) for one in shown), reverse=True)
    assert (light + 0.05) / (dark + 0.05) >= 4.5


def _light(rgb: list[int]) -> float:
    red, green, blue = ((v / 255 + 0.055) / 1.055 if v > 10 else v / 255 / 12.92 for v in rgb)
    return float(0.2126 * red**2.4 + 0.7152 * green**2.4 + 0.0722 * blue**2.4)


def test_the_page_of_the_chat_is_always_open(visit: Visit, server: Standin) -> None:
    page = visit(f"{server.url}/chat/{KEY}")
    page.keyboard.press("Escape")
    write(page, "Buongiorno")
    page.wait_for_selector("text=Inviato")
    assert not page.is_visible(".bubble")


def test_the_preview_sends_nothing_and_follows_the_form(visit: Visit, server: Standin) -> None:
    page = visit(f"{server.url}/preview")
    write(page, "Prova")
    page.wait_for_selector("text=Inviato")
    page.evaluate("postMessage({ centralino: { title: 'Altro titolo', position: 'left' } }, location.origin)")
    page.wait_for_selector("h2:text-is('Altro titolo')")
    assert page.locator("section").bounding_box()["x"] == 20
    asked = {one.path.split("?")[0] for one in server.asked} - {"/favicon.ico"}
    assert asked == {"/preview", "/chat.js", f"/chat/{KEY}/settings"}
    assert page.evaluate("localStorage.length") == 0


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("paged", [False, True])
def test_axe_finds_nothing(visit: Visit, server: Standin, scheme: str, paged: bool) -> None:
    questions: Any = [
        {"name": name, "label": name, "required": True} for name in ("name", "company", "email", "phone", "topic")
    ]
    server.settings |= {
        "questions": questions,
        "consent": "Acconsento.",
        "privacy": "https://firm.test/p",
        "away": "Chiuso.",
    }
    page = visit(f"{server.url}/chat/{KEY}" if paged else "", color_scheme=scheme)
    found = [] if paged else axe.violations(page)
    if not paged:
        page.click(".bubble")
    found += axe.violations(page)
    for name in ("name", "company", "phone", "topic"):
        page.fill(f"fieldset label:has-text('{name}') input", "x")
    page.fill("fieldset [type=email]", "a@b.test")
    page.check("[type=checkbox]")
    write(page, "Buongiorno https://firm.test/a")
    page.wait_for_selector("text=Inviato")
    server.answer("Salve", files=[("a.pdf", b"x")])
    server.tell(typing=True, holder="Luca", asks_email=True, transcript=True, notice="Poi.")
    page.wait_for_selector("text=sta scrivendo")
    assert found + axe.violations(page) == []
