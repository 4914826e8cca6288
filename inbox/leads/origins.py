"""Where somebody comes from, by what a message tells of it: the table behind inbox.leads.sources. Pure.

What is measured comes before what is remembered, and that before what can only be guessed: the click's id, the
campaign's parameters, the answer to "how did you find us", the page from which the visitor came, the kind of channel.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import parse_qs, urlsplit

from inbox.folding import fold

GOOGLE_ADS, MICROSOFT_ADS, META_ADS, LINKEDIN_ADS, TIKTOK_ADS = (
    "google_ads", "microsoft_ads", "meta_ads", "linkedin_ads", "tiktok_ads",
)  # fmt: skip
GOOGLE, BING, SEARCH, AI, LINKEDIN, FACEBOOK, INSTAGRAM, YOUTUBE, X, SOCIAL = (
    "google", "bing", "search", "ai", "linkedin", "facebook", "instagram", "youtube", "x", "social",
)  # fmt: skip
NEWSLETTER, FAIR, PHONE, RECOMMENDED, PRESS, KNOWN, SITE, MAIL, OTHER = (
    "newsletter", "fair", "phone", "recommended", "press", "known", "site", "mail", "other",
)  # fmt: skip
# Of no table: a campaign of the firm's own, or another site.
CAMPAIGN, REFERRAL = "utm:", "from:"
MAX_CHARS = 200
# https://support.google.com/google-ads/answer/9744275, https://help.ads.microsoft.com/#apex/ads/en/60000,
# https://www.linkedin.com/help/lms/answer/a423304, https://ads.tiktok.com/help/article/tiktok-click-id. Facebook marks
# free links too (fbclid), so that mark alone is no advertisement.
_CLICKS = {
    "gclid": GOOGLE_ADS, "gbraid": GOOGLE_ADS, "wbraid": GOOGLE_ADS, "dclid": GOOGLE_ADS, "msclkid": MICROSOFT_ADS,
    "li_fat_id": LINKEDIN_ADS, "ttclid": TIKTOK_ADS, "fbclid": FACEBOOK,
}  # fmt: skip
_PAID = re.compile(
    r"(?:cpc|ppc|cpm|cpv|ads?|adv|paid|display|banner|retargeting|sponsored)(?:$|[-_ ])|.*[-_ ](?:cpc|ppc|ads?|paid)$"
)
_BY_MAIL = re.compile(r"e-?mail|newsletter|dem|mailing")
_ADS = {GOOGLE: GOOGLE_ADS, BING: MICROSOFT_ADS, FACEBOOK: META_ADS, INSTAGRAM: META_ADS, LINKEDIN: LINKEDIN_ADS}
_UTM = (
    (GOOGLE, "google|adwords|youtube_ads"), (BING, "bing|microsoft"), (FACEBOOK, "facebook|fb|meta"),
    (INSTAGRAM, "instagram|ig"), (LINKEDIN, "linkedin|li"), (YOUTUBE, "youtube|yt"), (X, "twitter|x"),
    (NEWSLETTER, "newsletter|mailchimp|brevo|sendinblue|mailup|e-?mail"),
    (AI, r"chatgpt(?:\.com)?|openai|perplexity(?:\.ai)?|claude(?:\.ai)?|gemini|copilot"), (FAIR, "fiera|fair|messe"),
)  # fmt: skip
_HOSTS = (
    (AI, r"chatgpt\.com|chat\.openai\.com|perplexity\.ai|claude\.ai|gemini\.google\.com|copilot\.microsoft\.com"),
    (MAIL, r"mail\.google\.com|outlook\.\w+|mail\.yahoo\.com|webmail\..*"),
    (GOOGLE, r"google(?:\.com?)?\.\w{2,3}"), (BING, r"bing\.com"),
    (SEARCH, r"duckduckgo\.com|search\.yahoo\.com|yahoo\.com|ecosia\.org|qwant\.com|startpage\.com|search\.brave\.com"
             r"|yandex\.\w+|baidu\.com|virgilio\.it|libero\.it"),
    (LINKEDIN, r"linkedin\.com|lnkd\.in"), (FACEBOOK, r"facebook\.com|fb\.com|fb\.me"), (INSTAGRAM, r"instagram\.com"),
    (YOUTUBE, r"youtube\.com|youtu\.be"), (X, r"x\.com|twitter\.com|t\.co"),
    (SOCIAL, r"tiktok\.com|pinterest\.\w+|reddit\.com|whatsapp\.com|mastodon\.\w+"),
)  # fmt: skip
# What a form asks, as its field is called, and what people answer; in Italian, English and German, without accents.
_ASKED = re.compile(
    r"come (?:ci |ci ha |ci avete |hai |ha |avete |siete |e )?(?:conosciut|trovat|arrivat|venut|saput)\w*"
    r"|come ci (?:avete|ha|hai)"
    r"|how (?:did|have) you (?:hear|heard|find|found|discover|get to know)|where did you (?:hear|find)|how you found us"
    r"|wie (?:haben|hast|sind|wurden|bist) (?:sie|du) .*(?:gefunden|erfahren|aufmerksam|gehort|gestossen)"
    r"|wie auf uns aufmerksam|woher kennen sie uns|(?:lead )?source$|provenienza$|fonte$|herkunft$"
)
_ANSWERS = (
    (LINKEDIN, r"linkedin"), (INSTAGRAM, r"instagram"), (FACEBOOK, r"facebook|\bmeta\b"), (YOUTUBE, r"youtube"),
    (AI, r"chat ?gpt|perplexity|\bclaude\b|gemini|copilot|intelligenza artificiale|\b(?:ia|ai|ki)\b"),
    (GOOGLE, r"google"), (BING, r"\bbing\b"),
    (FAIR, r"\bfier[ae]\b|\bfair\b|trade ?show|exhibition|\bmesse\b|\bsalone\b|\bstand\b|\bmesse\w*"),
    (RECOMMENDED, r"passaparola|consigli|raccomanda|suggeri|\bcollega\b|\bamic[oi]\b|\bconoscent"
                  r"|un (?:vostro |altro )?cliente"
                  r"|word of mouth|recommend|referr|\bfriend\b|colleague|empfehl|empfohlen|bekannte|mundpropaganda"),
    (NEWSLETTER, r"newsletter|e-?mail marketing"),
    (PRESS, r"rivist|giornal|articol|stampa|magazine|\bpress\b|newspaper|article|zeitschrift|zeitung|fachpresse"
            r"|pubblicita"),
    (KNOWN, r"gia client|siamo client|already .*customer|existing customer|bereits kunde|\bcliente\b|bestandskunde"),
    (SEARCH, r"motore di ricerca|ricerca (?:su )?internet|ricerca (?:online|web)|search engine|suchmaschine"
             r"|internetsuche|\bweb\b|\binternet\b|online"),
    (SOCIAL, r"\bsocial\b"), (PHONE, r"telefon|phone"),
)  # fmt: skip
_CHANNELS = {
    "mail": MAIL, "webform": SITE, "sitechat": SITE, "facebook": FACEBOOK, "instagram": INSTAGRAM, "x": X,
    "mastodon": SOCIAL,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Touch:
    """A contact's way to us: `source` is a code; `campaign`, `click_id` (name=value) and `how_found` as told, or ""."""

    source: str
    campaign: str = ""
    click_id: str = ""
    how_found: str = ""


def touch(facts: Mapping[str, str], channel_kind: str) -> Touch:
    """Where a message comes from, by the facts stored with it and the kind of its channel."""
    told = {key.lower(): str(value).strip()[:MAX_CHARS] for key, value in facts.items() if isinstance(value, str)}
    page = str(facts.get("page", ""))
    clicks = _clicks(page, told)
    click_id = next(iter(clicks.items()), ("", ""))
    how_found = _how_found(told)
    ways = (
        _by_click(click_id[0], told),
        _by_campaign(told),
        _by_answer(how_found),
        _by_referrer(told.get("referrer", ""), page),
        SITE if told.get("form") else "",
        _CHANNELS.get(channel_kind, channel_kind),
    )
    source = next(filter(None, ways), OTHER)
    return Touch(source, told.get("utm_campaign", ""), "=".join(filter(None, click_id)), how_found)


def _clicks(page: str, told: Mapping[str, str]) -> dict[str, str]:
    try:
        asked = parse_qs(urlsplit(page).query)
    except ValueError:
        asked = {}
    found = {name: told.get(name) or told.get(f"field.{name}") or asked.get(name, [""])[0] for name in _CLICKS}
    return {name: value[:MAX_CHARS] for name, value in found.items() if value}


def _by_click(name: str, told: Mapping[str, str]) -> str:
    if name == "fbclid":
        return META_ADS if _is_paid(told) else ""
    return _CLICKS.get(name, "")


def _is_paid(told: Mapping[str, str]) -> bool:
    return _PAID.match(fold(told.get("utm_medium", ""))) is not None


def _by_campaign(told: Mapping[str, str]) -> str:
    name, medium = fold(told.get("utm_source", "")), fold(told.get("utm_medium", ""))
    if not name:
        return ""
    known = next((code for code, pattern in _UTM if re.fullmatch(pattern, name)), "")
    if _is_paid(told) and known in _ADS:
        return _ADS[known]
    if _BY_MAIL.fullmatch(medium):
        return NEWSLETTER
    return known or f"{CAMPAIGN}{name}"[:MAX_CHARS]


def _how_found(told: Mapping[str, str]) -> str:
    for name, value in told.items():
        asked = fold(name.removeprefix("field.").replace("_", " ").replace("-", " ")).strip(" ?:*")
        if name.startswith("field.") and value and _ASKED.search(asked):
            return value
    return ""


def _by_answer(text: str) -> str:
    said = fold(text)
    return next((code for code, pattern in _ANSWERS if re.search(pattern, said)), "") if said else ""


def _by_referrer(referrer: str, page: str) -> str:
    host, own = _host(referrer), _host(page)
    if not host or host == own or host.endswith(f".{own}"):
        return ""
    known = (code for code, pattern in _HOSTS if re.fullmatch(rf"(?:[\w-]+\.)*?(?:{pattern})", host))
    return next(known, f"{REFERRAL}{host}"[:MAX_CHARS])


def _host(address: str) -> str:
    try:
        return (urlsplit(address).hostname or "").removeprefix("www.")
    except ValueError:
        return ""
