"""The pages behind the links below an answer, without scripts; they look like the page of a form and name nobody."""

from functools import cache

from jinja2 import Environment, Template

from inbox.forms.page import HEAD, STYLE
from inbox.models.opinion import VALUES
from inbox.satisfaction.voting import MAX_COMMENT
from inbox.satisfaction.words import words

_ASK = """{% if wrong %}<div class="alert" role="alert"><p>{{ words.choose }}</p></div>{% endif %}
<form method="post"><fieldset><legend>{{ question }}</legend>
{% for one in values %}<div class="box"><input type="radio" id="{{ one }}" name="value" value="{{ one }}" required
{%- if one == chosen %} checked{% endif %}><label for="{{ one }}">{{ words[one] }}</label></div>
{% endfor %}</fieldset>
<div class="field"><label for="comment">{{ words.comment }} <small>({{ words.optional }})</small></label>
<textarea id="comment" name="comment" rows="4" maxlength="{{ most }}" aria-describedby="reply">{{ comment }}</textarea>
<span class="hint" id="reply">{{ words.reply }}</span></div>
<p class="privacy">{{ words.about }}</p>
<button>{{ words.send }}</button></form>
</main></body></html>
"""
_THANKS = """<p role="status">{{ words.thanks }} <strong>{{ words[chosen] }}</strong></p>
{% if comment %}<blockquote>{{ comment }}</blockquote>{% endif %}
<p>{{ words.change.format(day=day) }}</p>
<p class="hint">{{ words.reply }}</p>
</main></body></html>
"""
_SAID = """<p>{{ words[said] }}</p>
</main></body></html>
"""


def ask(language: str, question: str, chosen: str, *, comment: str = "", wrong: bool = False) -> str:
    """The question with one of its answers marked ("" for none) and room for a comment; its button posts to its own
    address. `wrong`: none of them was chosen, and `comment` is what was typed."""
    told = words(language)
    return _template(_ASK).render(
        language=language, title=told["title"], style=STYLE, words=told, question=question, values=VALUES,
        chosen=chosen, comment=comment, wrong=wrong, most=MAX_COMMENT,
    )  # fmt: skip


def thanks(language: str, chosen: str, comment: str, day: str) -> str:
    """What was received just now, and until which day it can be changed."""
    told = words(language)
    return _template(_THANKS).render(
        language=language, title=told["thanks_title"], style=STYLE, words=told, chosen=chosen, comment=comment, day=day,
    )  # fmt: skip


def over(language: str, said: str) -> str:
    """Why a link does not open: "over" or "unknown"."""
    told = words(language)
    return _template(_SAID).render(language=language, title=told["over_title"], style=STYLE, words=told, said=said)


@cache
def _template(body: str) -> Template:
    return Environment(autoescape=True).from_string(HEAD + body)
