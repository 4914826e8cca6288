"""The pages behind the links of a mail about a consent, without scripts; they look like the page of a form."""

from functools import cache

from jinja2 import Environment, Template

from inbox.consents.words import words
from inbox.forms.page import HEAD, STYLE, STYLE_HASH

# Nothing but its own style and a button that posts to us; in nobody's frame, where it could be pressed unseen.
POLICY = (
    f"default-src 'none'; style-src 'sha256-{STYLE_HASH}'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)
_BODY = """<p>{{ words[said] }}</p>
{% if quoted %}<blockquote>{{ quoted }}</blockquote>
<p class="hint">{{ words.address }} {{ address }}</p>{% endif %}
{% if privacy %}<p class="privacy"><a href="{{ privacy }}">{{ words.policy }}</a></p>{% endif %}
{% if button %}<form method="post"><button>{{ words[button] }}</button></form>{% endif %}
</main></body></html>
"""


def page(
    language: str, title: str, said: str, *, quoted: str = "", address: str = "", button: str = "", privacy: str = ""
) -> str:
    """A page: `title`, `said` and `button` (which posts back to its own address) are codes of our words; `quoted` is
    what was consented to, by `address`; `privacy` the address of the privacy notice."""
    told = words(language)
    return _template().render(
        language=language, title=told[title], style=STYLE, words=told, said=said, quoted=quoted, address=address,
        button=button, privacy=privacy,
    )  # fmt: skip


@cache
def _template() -> Template:
    return Environment(autoescape=True).from_string(HEAD + _BODY)
