"""Small files that letters carry: a one-page PDF, a table, a picture. All made here, byte by byte."""

import struct
import zlib

TYPES = {"pdf": "application/pdf", "csv": "text/csv", "png": "image/png"}


def paper(filename: str, title: str, number: int) -> tuple[str, bytes]:
    """Content type and bytes of a file by its ending; `number` makes each one different."""
    ending = filename.rpartition(".")[2]
    makers = {"pdf": lambda: pdf([title, f"n. {number}"]), "csv": lambda: table(number), "png": lambda: picture(number)}
    return TYPES[ending], makers[ending]()


def pdf(lines: list[str]) -> bytes:
    """One A4 page of text (PDF 1.4, the standard Helvetica)."""
    shown = " ".join(f"({_escaped(line)}) Tj 0 -22 Td" for line in lines)
    content = f"BT /F1 16 Tf 72 760 Td {shown} ET".encode("cp1252", "replace")
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R"
        b" /Resources << /Font << /F1 5 0 R >> >> >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(content), content),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
    ]
    out, places = bytearray(b"%PDF-1.4\n"), []
    for number, one in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, one)
    begins = len(out)
    rows = b"".join(b"%010d 00000 n \n" % place for place in places)
    out += b"xref\n0 %d\n0000000000 65535 f \n%s" % (len(objects) + 1, rows)
    out += b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, begins)
    return bytes(out)


def table(number: int) -> bytes:
    """A week of measurements as CSV."""
    rows = [f"{day};{100 - min(day, 4) + (number * day) % 3 / 10:.1f};{21 + day % 3}" for day in range(1, 8)]
    return ("giorno;resistenza_percento;temperatura_c\r\n" + "\r\n".join(rows) + "\r\n").encode()


def picture(number: int, width: int = 96, height: int = 72) -> bytes:
    """A small grey picture of a ring (PNG, 8-bit grey)."""
    rows = bytearray()
    for y in range(height):
        rows.append(0)
        for x in range(width):
            distance = ((x - width / 2) ** 2 + (y - height / 2) ** 2) ** 0.5
            rows.append(90 + (number + x) % 40 if 18 < distance < 30 else 225 - y)
    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    chunks = (b"IHDR", head), (b"IDAT", zlib.compress(bytes(rows), 9)), (b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(kind, data) for kind, data in chunks)


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def _escaped(text: str) -> str:
    return text.replace("\\", r"\\").replace("(", r"\(").replace(")", r"\)")
