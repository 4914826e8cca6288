"""Short names of rules: made from what they are called, each used once, none that is a page's address."""

from collections.abc import Collection

from routing.words import split

# Words that follow /rules/ in the addresses of other pages.
RESERVED = frozenset(["new", "versions", "cases", "products", "order", "try", "proposals"])


def free(name: str, taken: Collection[str]) -> str:
    """A short name for a rule called `name` that none of `taken` is."""
    slug = base = "-".join(split(name)) or "rule"
    count = 2
    while slug in taken or slug in RESERVED:
        slug, count = f"{base}-{count}", count + 1
    return slug
