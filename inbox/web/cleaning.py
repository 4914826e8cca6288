"""A mail's HTML as it may be shown: layout and words stay, whatever acts, fetches or hides what it is goes.

This is the first of three walls; the others are the frame's sandbox and its content security policy (`sheet.py`).
"""

import base64
import re
from collections.abc import Mapping

import nh3

LONGEST = 1_000_000  # characters of HTML that are shown formatted
# Cleaning takes time with the square of the depth.
DEEPEST = 500
# And with the square of the attributes of one tag.
MOST_ATTRIBUTES = 20_000


def _words(text: str) -> frozenset[str]:
    return frozenset(re.findall(r"[\w-]+", text))


_TAGS = _words(
    "a abbr address article aside b bdi bdo big blockquote br caption center cite code col colgroup dd "
    "del dfn div dl dt em figcaption figure font footer h1 h2 h3 h4 h5 h6 header hr i img ins kbd li main "
    "mark ol p pre q s samp section small span strike strong sub sup table tbody td tfoot th thead time "
    "tr tt u ul var wbr"
)
_LAYOUT = _words("align valign width height bgcolor border cellpadding cellspacing colspan rowspan dir lang")
_ATTRIBUTES = {
    "*": set(_LAYOUT | {"style", "title"}),
    "a": {"href"},
    "img": {"src", "alt"},
    "font": {"color", "face", "size"},
    "ol": {"start", "type"},
    "ul": {"type"},
    "li": {"value"},
}
# None of these takes an address or moves anything out of its place.
_STYLES = _words(
    "background-color border border-bottom border-collapse border-color border-left border-radius "
    "border-right border-spacing border-style border-top border-width color direction font font-family "
    "font-size font-style font-variant font-weight height letter-spacing line-height list-style-type "
    "margin margin-bottom margin-left margin-right margin-top max-width min-width padding padding-bottom "
    "padding-left padding-right padding-top text-align text-decoration text-indent text-transform "
    "vertical-align white-space width word-break word-spacing"
)
_LINK = re.compile(r"(?:https?://|mailto:|tel:)", re.IGNORECASE)
_REMOTE_IMAGE = re.compile(r"<img\b[^>]{0,2000}?\bsrc\s*=\s*[\"']?\s*https?://", re.IGNORECASE)
_TAG = re.compile(r"<(/?)([a-z][a-z0-9]*)", re.IGNORECASE)
# Never closed, or closed by what follows.
_FLAT = _words("area base br col embed hr img input link meta source track wbr p li td th tr dd dt option tbody")
_GAP = re.compile(r"[\s/]+")
_CID = re.compile(r"cid:([^\"'\s>]{1,300})", re.IGNORECASE)
_SIGNATURES = ((b"\x89PNG\r\n\x1a\n", "png"), (b"\xff\xd8\xff", "jpeg"), (b"GIF87a", "gif"), (b"GIF89a", "gif"))


class TooComplex(Exception):
    """HTML too long or too deep to be shown formatted."""


def cleaned(html: str, images: Mapping[str, bytes], *, remote: bool = False) -> str:
    """The HTML that may be shown; raises TooComplex.

    `images`: the mail's own by content id, shown if they really are pictures. Others are left out; those of the web
    are kept if `remote`, and only over https.
    """
    if len(html) > LONGEST or _depth(html) > DEEPEST or _most_attributes(html) > MOST_ATTRIBUTES:
        raise TooComplex

    def kept(tag: str, name: str, value: str) -> str | None:
        if (tag, name) == ("a", "href"):
            return value if _LINK.match(value) else None
        if (tag, name) != ("img", "src"):
            return value
        if value.lower().startswith("cid:"):
            return _picture(images.get(value[4:], b""))
        return value if remote and value.lower().startswith("https://") else None

    return nh3.clean(
        html, tags=set(_TAGS), attributes=_ATTRIBUTES, attribute_filter=kept, strip_comments=True,
        clean_content_tags={"script", "style", "title", "template", "noscript", "svg", "math", "select", "textarea"},
        url_schemes={"http", "https", "mailto", "tel", "cid"}, filter_style_properties=set(_STYLES),
        link_rel="noopener noreferrer", set_tag_attribute_values={"a": {"target": "_blank"}},
    )  # fmt: skip


def has_remote_images(html: str) -> bool:
    """Whether pictures would have to be fetched from the web."""
    return bool(_REMOTE_IMAGE.search(html[:LONGEST]))


def content_ids(html: str) -> set[str]:
    """The content ids of the pictures that the HTML shows."""
    return set(_CID.findall(html[:LONGEST]))


def _picture(content: bytes) -> str | None:
    """A picture as a data address, by what its bytes are; None for anything else."""
    kind = next((kind for mark, kind in _SIGNATURES if content.startswith(mark)), "")
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        kind = "webp"
    return f"data:image/{kind};base64,{base64.b64encode(content).decode()}" if kind else None


def _most_attributes(html: str) -> int:
    """How many attributes one tag can have at most: the gaps up to the next tag, in text or not."""
    return max((len(_GAP.findall(piece)) for piece in html.split("<")), default=0)


def _depth(html: str) -> int:
    """How deep the tags lie at most, roughly."""
    depth = deepest = 0
    for closing, name in _TAG.findall(html):
        if name.lower() not in _FLAT:
            depth = max(0, depth - 1) if closing else depth + 1
            deepest = max(deepest, depth)
    return deepest
