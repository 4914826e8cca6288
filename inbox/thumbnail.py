"""A picture made small, in a process of its own: strangers' bytes go in, a JPEG of ours comes out.

    python -m inbox.thumbnail < picture > small.jpg

What was hidden in the file (metadata, scripts, odd encodings) does not survive: only the colours are taken over.
"""

import sys
import warnings
from io import BytesIO

from config.system import limit_child

SIDE = 480  # pixels, of the longer side
MAX_PIXELS = 50_000_000
FORMATS = ("PNG", "JPEG", "GIF", "WEBP", "BMP")
CPU_SECONDS, MEMORY_BYTES = 5, 768_000_000


def small(content: bytes) -> bytes:
    """The picture as a JPEG within SIDE pixels. Raises ValueError or OSError for what is none, or too large."""
    from PIL import Image, ImageOps

    warnings.simplefilter("error", Image.DecompressionBombWarning)
    Image.MAX_IMAGE_PIXELS = MAX_PIXELS
    with Image.open(BytesIO(content), formats=FORMATS) as picture:
        picture.draft("RGB", (2 * SIDE, 2 * SIDE))
        turned = ImageOps.exif_transpose(picture)
        turned.thumbnail((SIDE, SIDE))
        paper = Image.new("RGB", turned.size, "white")
        paper.paste(turned.convert("RGBA"), mask=turned.convert("RGBA").getchannel("A"))
    out = BytesIO()
    paper.save(out, "JPEG", quality=80)
    return out.getvalue()


def main() -> None:
    """Standard input to standard output; ends with 1 where there is no picture."""
    limit_child(CPU_SECONDS, MEMORY_BYTES)
    try:
        made = small(sys.stdin.buffer.read())
    except Exception:  # whatever a decoder says about a stranger's bytes: there is no picture
        sys.exit(1)
    sys.stdout.buffer.write(made)


if __name__ == "__main__":
    main()
