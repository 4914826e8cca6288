"""Working times and shares as they are written, in any language."""


def working(minutes: int) -> str:
    """A length of working time, in hours: a working day has not 24 of them."""
    hours, rest = divmod(minutes, 60)
    return " ".join(one for one in (f"{hours} h" if hours else "", f"{rest} min" if rest else "") if one)


def worked(seconds: float | None) -> str:
    """A length of working time given in seconds, in hours, minutes or seconds."""
    if seconds is None:
        return "–"
    return working(int(seconds) // 60) if seconds >= 60 else f"{int(seconds)} s"


def percent(share: float) -> str:
    """A share of 0 to 1 as a whole percentage that never claims all or nothing for less: 99 % is not 100 %."""
    whole = round(100 * share)
    if 0 < share < 1:
        whole = min(99, max(1, whole))
    return f"{whole} %"
