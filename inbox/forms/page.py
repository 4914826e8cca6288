"""A form's own page, which also stands in a frame of the firm's site: the form, thanks, and what went wrong. Without
scripts, but where it asks for work. All that comes from outside is escaped by the template.
"""

import base64
import hashlib
from collections.abc import Mapping
from functools import cache

from jinja2 import Environment, Template

from connectors.formroles import COMPANY, EMAIL, MESSAGE, NAME, PHONE
from inbox import sites
from inbox.forms.posts import CONSENT_TEXT, TOKEN, TRAP, WORK, Form, Looked
from inbox.forms.words import sentence, words
from inbox.forms.work import WANTING

# The fields of our own page, with the type of each and what a browser may fill in by itself.
FIELDS = (
    (NAME, "text", "name"), (COMPANY, "text", "organization"), (EMAIL, "email", "email"), (PHONE, "tel", "tel"),
    (MESSAGE, "textarea", "off"),
)  # fmt: skip
_MOST_CARRIED, _LONGEST_CARRIED = 50, 5_000
STYLE = """
:root{color-scheme:light dark;--ground:#fff;--text:#1c2430;--soft:#5b6675;--line:#8a94a3;--accent:#1f5fbf;--on:#fff;
--wrong:#b3261e;--wash:#fdf1f0}
@media (prefers-color-scheme:dark){:root{--ground:#14181f;--text:#e8ebf0;--soft:#a5afbd;--line:#5f6a79;--accent:#8ab4f8;
--on:#0d1420;--wrong:#ff9d94;--wash:#2b1a1a}}
*{box-sizing:border-box}
body{margin:0;background:var(--ground);color:var(--text);font:16px/1.5 system-ui,sans-serif}
main{max-width:36rem;margin:0 auto;padding:24px 16px 32px}
h1{font-size:1.375rem;line-height:1.25;margin:0 0 16px}
p{margin:0 0 16px}
label{display:block;font-weight:600;margin:0 0 4px}
label small,.hint,.privacy{color:var(--soft);font-weight:400;font-size:.875rem}
.field{margin:0 0 16px}
input,textarea{width:100%;font:inherit;color:inherit;background:transparent;border:1px solid var(--line);
border-radius:6px;padding:9px 12px}
input[type=file]{padding:8px}
textarea{min-height:9rem;resize:vertical}
input:focus-visible,textarea:focus-visible,button:focus-visible,a:focus-visible{outline:3px solid var(--accent);
outline-offset:1px}
a{color:var(--accent)}
button{font:inherit;font-weight:600;min-height:44px;padding:9px 24px;border:0;border-radius:6px;
background:var(--accent);color:var(--on);cursor:pointer}
.alert{border-left:4px solid var(--wrong);background:var(--wash);padding:8px 12px;margin:0 0 16px}
.alert p{margin:4px 0}
.wrong{display:block;color:var(--wrong);font-size:.875rem;margin-top:4px}
[aria-invalid]{border-color:var(--wrong)}
.two{display:grid;gap:0 16px}
@media (min-width:30rem){.two{grid-template-columns:1fr 1fr}}
fieldset{border:0;padding:0;margin:0 0 16px}
legend{font-weight:600;padding:0;margin:0 0 12px}
blockquote{margin:0 0 16px;padding-left:12px;border-left:4px solid var(--accent)}
.box{display:flex;gap:12px;align-items:flex-start;margin:0 0 16px}
.box input{flex:none;width:20px;height:20px;margin:2px 0 0;accent-color:var(--accent)}
.box label{font-weight:400;margin:0}
.box .hint{display:block}
.leave{position:absolute;left:-9999px;width:1px;height:1px;overflow:hidden}
"""
HEAD = """<!doctype html>
<html lang="{{ language }}">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
<meta name="robots" content="noindex"><title>{{ title }}</title><style>{{ style|safe }}</style></head>
<body><main><h1>{{ title }}</h1>
"""
_FORM = """{% macro field(name, kind, auto) %}<div class="field">
<label for="{{ name }}">{{ words[name] }}
{%- if name not in required %} <small>({{ words.optional }})</small>{% endif %}</label>
{% set about %}id="{{ name }}" name="{{ name }}"{% if name in required %} required{% endif %}
{%- if name in errors %} aria-invalid="true" aria-describedby="{{ name }}-wrong"{% endif %}
{%- if name == first %} autofocus{% endif %}{% endset %}
{% if kind == 'textarea' %}<textarea {{ about }} rows="6">{{ '\n' ~ values[name] }}</textarea>
{%- else %}<input {{ about }} type="{{ kind }}" autocomplete="{{ auto }}" value="{{ values[name] }}">{% endif %}
{% if name in errors %}<span class="wrong" id="{{ name }}-wrong">{{ errors[name] }}</span>{% endif %}
</div>{% endmacro %}
{% if alert %}<div class="alert" role="alert">{% for line in alert %}<p>{{ line }}</p>{% endfor %}
{% if write_to and instead %}<p>{{ words.write_to }} <a href="mailto:{{ write_to|urlencode }}">{{ write_to }}</a>.</p>
{% endif %}</div>{% endif %}
<form method="post" action="{{ action }}" enctype="multipart/form-data"
{%- if work %} data-mail="{{ write_to }}"{% endif %}>
<div class="two">{% for one in fields[:4] %}{{ field(*one) }}{% endfor %}</div>
{{ field(*fields[4]) }}
<div class="field"><label for="file">{{ words.file }} <small>({{ words.optional }})</small></label>
<input id="file" name="file" type="file" multiple aria-describedby="file-hint">
<span class="hint" id="file-hint">{{ words.file_hint }}</span></div>
<div class="leave" aria-hidden="true"><label for="_website">{{ words.leave }}</label>
<input id="_website" name="_website" tabindex="-1" autocomplete="off"></div>
{% if marketing %}<div class="box"><input id="marketing" name="marketing" type="checkbox" value="yes"
 aria-describedby="marketing-hint"{% if ticked %} checked{% endif %}>
<div><label for="marketing">{{ marketing }}</label>
<span class="hint" id="marketing-hint">{{ words.marketing_hint }}</span></div></div>
{% endif %}{% for name, value in hidden %}<input type="hidden" name="{{ name }}" value="{{ value }}">
{% endfor %}<p class="privacy">{{ words.privacy_marketing if marketing else words.privacy }}
{% if privacy %} <a href="{{ privacy }}" target="_blank" rel="noopener">{{ words.policy }}</a>{% endif %}</p>
<button>{{ words.send }}</button>
</form></main>{% if work %}<script async src="/forms.js"></script>{% endif %}</body></html>
"""
_SAID = """<p>{{ text }}</p>
{% if write_to %}<p>{{ words.write_to }} <a href="mailto:{{ write_to|urlencode }}">{{ write_to }}</a>.</p>{% endif %}
</main></body></html>
"""
STYLE_HASH = base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()


def form(one: Form, action: str, token: str, page: str = "", looked: Looked | None = None) -> str:
    """The form; with `looked` what was typed, and what has to be mended. `page` is where it stands in a frame."""
    language = one.text("language")
    told = words(language)
    found = looked.errors if looked else {}
    errors = {name: sentence(language, code, name) for name, code in found.items()}
    shown = [name for name, _, _ in FIELDS]
    alert = [errors[name] for name in errors if name not in shown]
    alert = ([told["mend"]] if set(errors) & set(shown) else []) + alert
    if looked and looked.posted.files:
        alert.append(told["files_again"])
    hidden = [("_token", token), *([("_page", page)] if page else []), *(_carried(looked, one) if looked else ())]
    marketing = one.text("marketing")
    if marketing:
        hidden.append((CONSENT_TEXT, str(one.consent_text)))
    return _template(_FORM).render(
        language=language, title=told["title"], style=STYLE, words=told, action=action, fields=FIELDS, errors=errors,
        required=one.required, values=_values(looked), alert=alert, hidden=hidden, privacy=one.text("privacy"),
        marketing=marketing, ticked=looked is not None and looked.posted.value("marketing") == "yes",
        first=next((name for name in shown if name in errors), ""), work=one.work, write_to=one.write_to,
        instead=WANTING in found.values(),
    )  # fmt: skip


def said(one: Form, title: str, text: str, *, write: bool = False) -> str:
    """A page with one sentence; `write`: and to which address the visitor can turn instead."""
    told = words(one.text("language"))
    return _template(_SAID).render(
        language=one.text("language"), title=told[title], style=STYLE, words=told, text=told[text],
        write_to=one.write_to if write else "",
    )  # fmt: skip


def policy(one: Form) -> str:
    """What the page may do: nothing but its own style, posting to us, standing in a frame of its sites, and our script
    where it asks for work."""
    thanks = sites.origin_of(one.text("thanks"))
    frames = f"'self' {' '.join(one.origins)}" if one.origins else "*"
    # Chromium asks form-action about where a post is redirected to as well.
    to = f"'self' {thanks}" if thanks else "'self'"
    scripts = "script-src 'self'; connect-src 'self'; " if one.work else ""
    return (
        f"default-src 'none'; style-src 'sha256-{STYLE_HASH}'; {scripts}form-action {to}; frame-ancestors {frames}; "
        "base-uri 'none'"
    )


def _values(looked: Looked | None) -> Mapping[str, str]:
    if looked is None:
        return dict.fromkeys([name for name, _, _ in FIELDS], "")
    return {name: looked.filled.name if name == NAME else looked.filled.roles.get(name, "") for name, _, _ in FIELDS}


def _carried(looked: Looked, asked: Form) -> list[tuple[str, str]]:
    """Fields that our page does not show, so that they are not lost."""
    shown = [looked.filled.roles.get(name) for name, _, _ in FIELDS]
    names = [name for name, _, _ in FIELDS] + (["marketing"] if asked.text("marketing") else [])
    carried = [
        (one.name, one.value)
        for one in looked.posted.fields
        if one.value and one.name not in (TOKEN, TRAP, WORK, CONSENT_TEXT, *names)
        and len(one.value) <= _LONGEST_CARRIED and one.value not in shown
    ]  # fmt: skip
    return carried[:_MOST_CARRIED]


@cache
def _template(body: str) -> Template:
    return Environment(autoescape=True).from_string(HEAD + body)
