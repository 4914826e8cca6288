"""Times counted in classes that grow by a constant ratio: few numbers tell any percentile within 2.5 %.

A histogram is one whole number with LANE bits for each class, so that many are added at once, as numbers. Up to EXACT
seconds each second is a class of its own; above, a class reaches RATIO times as far as the one before, and its middle
is at most sqrt(RATIO) - 1 = 2.2 % away from anything in it.
"""

import math
import struct
import zlib
from collections import Counter
from collections.abc import Iterable

LANE, EXACT, RATIO = 32, 20, 1.045
LONGEST = 10 * 366 * 86_400
_STEP = math.log(RATIO)


def class_of(seconds: int) -> int:
    """The class of a time, which is cut to 0 … LONGEST seconds."""
    seconds = min(max(seconds, 0), LONGEST)
    return seconds if seconds <= EXACT else EXACT + 1 + int(math.log(seconds / (EXACT + 0.5)) / _STEP)


def middle(number: int) -> float:
    """What stands for all times of a class, in seconds."""
    if number <= EXACT:
        return float(number)
    return round((EXACT + 0.5) * math.exp((number - EXACT - 0.5) * _STEP), 1)


def of(times: Iterable[int]) -> int:
    """The histogram of some times in seconds; that of several together is their sum."""
    counts = Counter(map(class_of, times))
    return sum(count << LANE * number for number, count in counts.items())


def percentile(histogram: int, share: float) -> float | None:
    """The nearest-rank percentile in seconds, None of none."""
    counts = struct.unpack(f"<{len(data) // 4}I", data) if (data := _bytes(histogram)) else ()
    rank = max(1, math.ceil(share / 100 * sum(counts)))
    for number, count in enumerate(counts):
        rank -= count
        if rank <= 0:
            return middle(number)
    return None


def pack(histogram: int) -> bytes:
    """The form in which it is stored."""
    return zlib.compress(_bytes(histogram), 1) if histogram else b""


def unpack(data: bytes) -> int:
    """What was stored."""
    return int.from_bytes(zlib.decompress(data), "little") if data else 0


def _bytes(histogram: int) -> bytes:
    lanes = -(-histogram.bit_length() // LANE)
    return histogram.to_bytes(lanes * LANE // 8, "little")
