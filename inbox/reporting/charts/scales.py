"""Where the lines of a scale stand: round numbers, and round times."""

from collections.abc import Sequence

MOST_LINES = 6
_TIMES = (60, 120, 300, 600, 900, 1800, 3600, 7200, 4 * 3600, 8 * 3600, 12 * 3600, 86_400, 2 * 86_400, 7 * 86_400)


def numbers(highest: float) -> Sequence[float]:
    """Round whole numbers from 0 until the highest is reached."""
    step = 1
    while step * (MOST_LINES - 1) < highest:
        step = next(factor * step for factor in (2, 5, 10) if _is_round(factor * step))
    return _upto(step, highest)


def times(highest: float) -> Sequence[float]:
    """Round times in seconds from 0 until the highest is reached."""
    step = next((one for one in _TIMES if one * (MOST_LINES - 1) >= highest), 0)
    while not step or step * (MOST_LINES - 1) < highest:
        step = 2 * step if step else 14 * 86_400
    return _upto(step, highest)


def _upto(step: int, highest: float) -> Sequence[float]:
    lines = [0.0]
    while lines[-1] < highest or len(lines) == 1:
        lines.append(lines[-1] + step)
    return lines


def _is_round(number: int) -> bool:
    return str(number).rstrip("0") in ("1", "2", "5")
