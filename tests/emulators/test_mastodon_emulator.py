"""The emulated Mastodon server is judged by the API's own description, and so is what it is asked."""

from collections.abc import Iterator

import httpx
import pytest

from tests.emulators.mastodon import SPEC, MastodonEmulator

needs_spec = pytest.mark.skipif(not SPEC.exists(), reason="the API's description is not in the corpora folder")


@pytest.fixture
def mastodon() -> Iterator[MastodonEmulator]:
    with MastodonEmulator() as emulator:
        yield emulator


def ask(mastodon: MastodonEmulator, path: str, **query: str) -> httpx.Response:
    return httpx.get(f"{mastodon.url}{path}", params=query, headers={"authorization": f"Bearer {mastodon.token}"})


def test_it_knows_its_token_only(mastodon: MastodonEmulator) -> None:
    assert httpx.get(f"{mastodon.url}/api/v1/notifications").status_code == 401


@needs_spec
@pytest.mark.parametrize(
    ("path", "query", "told"),
    [
        ("/api/v1/notification", {}, "no such call"),
        ("/api/v1/notifications", {"sice_id": "1"}, "unknown sice_id"),
        ("/api/v1/notifications", {"include_filtered": "maybe"}, "no boolean"),
        ("/api/v1/notifications", {"types": "mention"}, "a list or none?"),
        ("/api/v1/notifications", {"types[]": "mentions"}, "none of those"),
    ],
)
def test_what_the_description_does_not_know_is_told(
    mastodon: MastodonEmulator, path: str, query: dict[str, str], told: str
) -> None:
    ask(mastodon, path, **query)
    assert told in mastodon.violations[0]


@needs_spec
def test_what_it_says_itself_keeps_to_the_description(mastodon: MastodonEmulator) -> None:
    post = mastodon.says("anna@altrove.test", "Buongiorno", media_attachments=[mastodon.keep(b"x", "image/png")])
    mastodon.edits(post, "Buonasera")
    mastodon.tells("favourite", "bruno", post)
    mastodon.app_says("Buongiorno a Lei", post)
    for path in (
        "/api/v1/notifications", "/api/v1/accounts/verify_credentials", "/api/v2/instance", f"/api/v1/statuses/{post['id']}",
        f"/api/v1/statuses/{post['id']}/context", f"/api/v1/accounts/{mastodon.number}/statuses",
    ):  # fmt: skip
        assert ask(mastodon, path).status_code == 200
    assert mastodon.violations == []


@needs_spec
def test_the_judge_sees_what_is_wrong_in_an_entity(mastodon: MastodonEmulator) -> None:
    post = mastodon.says("anna@altrove.test", "Buongiorno")
    spec = mastodon.spec
    assert spec is not None
    assert spec.entity_problems("Status", post) == []
    assert spec.entity_problems("Status", {**post, "visibility": "secret"})
    assert spec.entity_problems("Status", {**post, "id": 7})
    assert spec.entity_problems("Status", {**post, "odd": 1})
    assert spec.entity_problems("Status", {name: one for name, one in post.items() if name != "account"})
