"""What the chat's door reads of a request, and how it says no."""

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from inbox import sitechannels
from inbox.doors import public
from inbox.doors.public import Site
from inbox.sitechat import visits
from inbox.sitechat.posting import Chat, Refused
from inbox.sitechat.words import words


def token_of(request: Request) -> str:
    """The visit's token, "" where it is none (RFC 6750 section 2.1)."""
    kind, _, token = request.headers.get("authorization", "").partition(" ")
    return token.strip() if kind.lower() == "bearer" and visits.TOKEN.fullmatch(token.strip()) else ""


def unknown() -> Response:
    """The token is nobody's here: the browser forgets it."""
    return JSONResponse({"code": "unknown"}, 401)


def for_site(site: Site) -> dict[str, str]:
    """Headers by which the site's script may read an answer."""
    allowed = {}
    if site.origin:
        allowed = {"Access-Control-Allow-Origin": site.origin, "Access-Control-Expose-Headers": "Retry-After"}
    return {"Vary": "Origin", "Referrer-Policy": "no-referrer", **allowed}


def may(method: str) -> Response:
    """What a site's script is told that asks whether it may."""
    headers = {
        "Access-Control-Allow-Methods": method, "Access-Control-Allow-Headers": "Authorization, Content-Type",
        "Access-Control-Max-Age": str(public.ASK_AGAIN_SECONDS),
    }  # fmt: skip
    return Response(None, 204, headers)


def trouble(request: Request, chat: Chat, refused: Refused, wait: int = 0) -> Response:
    """What went wrong, in the visitor's language, and to which address one can write instead."""
    wanted = request.headers.get("accept-language", "")[:2].lower()
    told = words(wanted if wanted in sitechannels.LANGUAGES else chat.text("language"))
    answer = {
        "code": refused.code,
        "error": told[refused.code].format(name=refused.file),
        "write_to": chat.write_to,
        "errors": {name: told[code] for name, code in refused.errors.items()},
    }
    return JSONResponse(answer, refused.status, {"Retry-After": str(wait)} if wait else {})
