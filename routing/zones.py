"""The zones of colleagues: countries, Italian regions and provinces, as people write them and as they are kept."""

from collections.abc import Iterable

from babel import Locale

from routing import placetables


def read(text: str) -> list[str]:
    """The codes of places written by name or letters, separated by commas: regions by their Italian name, provinces by
    two letters, countries by their ISO code in small letters. Raises ValueError with the piece that is no place."""
    found = []
    for piece in text.replace(";", ",").replace("\n", ",").split(","):
        name = piece.strip()
        if not name:
            continue
        code = _code(name)
        if not code:
            raise ValueError(name)
        found.append(code)
    return list(dict.fromkeys(found))


def say(codes: Iterable[str], language: str) -> str:
    """Places as they are shown, to be read again."""
    countries = Locale.parse(language).territories
    return ", ".join(str(countries.get(code.upper(), code)) if code.islower() else code for code in codes)


def _code(name: str) -> str:
    # Two capitals are a province; "Como" is the town's, "Valle d'Aosta" the region.
    region, _ = placetables.by_region(name)
    _, province = placetables.by_letters(name) if len(name) == 2 and name.isupper() else placetables.by_name(name)
    return region or province or placetables.country(name)
