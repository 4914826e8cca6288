"""What kind of file an attachment is: by its name's ending, else by its content type.

The ending goes first: programs send drawings and tables as application/octet-stream, or under types that nobody knows.
"""

PDF, IMAGE, DRAWING, SPREADSHEET, DOCUMENT, PRESENTATION, ARCHIVE, MAIL, CALENDAR, AUDIO, VIDEO, OTHER = FILE_KINDS = (
    "pdf", "image", "drawing", "spreadsheet", "document", "presentation", "archive", "mail", "calendar", "audio",
    "video", "other",
)  # fmt: skip
_ENDINGS = {
    PDF: "pdf",
    IMAGE: "jpg jpeg jpe jfif png gif bmp tif tiff webp heic heif avif svg ico psd ai eps raw cr2 nef",
    DRAWING: "dwg dxf dwf dwfx dwt dgn step stp stpz iges igs stl 3mf obj ply x_t x_b xmt_txt sat sab jt prt sldprt "
             "sldasm slddrw ipt iam idw catpart catproduct catdrawing 3dm skp f3d par psm asm dft vda 3ds wrl ifc rvt "
             "edrw eprt easm plt hpgl",
    SPREADSHEET: "xls xlsx xlsm xlsb xlt xltx ods fods csv tsv numbers",
    DOCUMENT: "doc docx docm dot dotx odt fodt rtf txt md pages htm html xml json wpd",
    PRESENTATION: "ppt pptx pptm pps ppsx pot potx odp key",
    ARCHIVE: "zip rar 7z tar gz tgz bz2 xz zst cab arj lzh",
    MAIL: "eml msg mbox",
    CALENDAR: "ics ical vcs ifb",
    AUDIO: "mp3 wav ogg oga opus m4a aac flac amr wma aif aiff",
    VIDEO: "mp4 mov avi mkv webm m4v mpg mpeg wmv 3gp ogv",
    OTHER: "p7s p7c asc sig vcf dat exe dll bin",
}  # fmt: skip
_KIND_OF_ENDING = {ending: kind for kind, endings in _ENDINGS.items() for ending in endings.split()}
_TYPES = {
    "application/pdf": PDF, "application/x-pdf": PDF,
    "image/vnd.dwg": DRAWING, "image/x-dwg": DRAWING, "image/vnd.dxf": DRAWING, "image/x-dxf": DRAWING,
    "application/acad": DRAWING, "application/dxf": DRAWING, "application/step": DRAWING, "application/iges": DRAWING,
    "application/sla": DRAWING, "application/vnd.ms-pki.stl": DRAWING, "application/x-autocad": DRAWING,
    "application/vnd.ms-excel": SPREADSHEET, "text/csv": SPREADSHEET,
    "application/msword": DOCUMENT, "application/rtf": DOCUMENT,
    "application/vnd.ms-powerpoint": PRESENTATION,
    "application/zip": ARCHIVE, "application/x-zip-compressed": ARCHIVE, "application/gzip": ARCHIVE,
    "application/x-7z-compressed": ARCHIVE, "application/vnd.rar": ARCHIVE, "application/x-rar-compressed": ARCHIVE,
    "application/x-tar": ARCHIVE,
    "application/vnd.ms-outlook": MAIL,
    "text/calendar": CALENDAR, "application/ics": CALENDAR,
    "text/vcard": OTHER, "text/x-vcard": OTHER,
}  # fmt: skip
_BEGINNINGS = (
    ("application/vnd.openxmlformats-officedocument.spreadsheetml", SPREADSHEET),
    ("application/vnd.openxmlformats-officedocument.wordprocessingml", DOCUMENT),
    ("application/vnd.openxmlformats-officedocument.presentationml", PRESENTATION),
    ("application/vnd.oasis.opendocument.spreadsheet", SPREADSHEET),
    ("application/vnd.oasis.opendocument.text", DOCUMENT),
    ("application/vnd.oasis.opendocument.presentation", PRESENTATION),
    ("model/", DRAWING), ("message/", MAIL), ("image/", IMAGE), ("audio/", AUDIO), ("video/", VIDEO),
    ("text/", DOCUMENT),
)  # fmt: skip


def kind_of(filename: str, content_type: str) -> str:
    """One of FILE_KINDS."""
    name, dot, ending = filename.strip().rpartition(".")
    if dot and name and ending.lower() == "p7m":
        # A signed file is what was signed: fattura.pdf.p7m.
        return kind_of(name, "")
    known = _KIND_OF_ENDING.get(ending.lower()) if dot and name else None
    mime = content_type.partition(";")[0].strip().lower()
    return known or _TYPES.get(mime) or next((kind for start, kind in _BEGINNINGS if mime.startswith(start)), OTHER)
