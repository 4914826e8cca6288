"""Files that people sent, fetched when somebody wants them (https://core.telegram.org/bots/api#getfile)."""

from telegram import Bot
from telegram.error import InvalidToken

from connectors.base import ConnectorError

MAX_BYTES = 20_000_000


async def download(bot: Bot, file_id: str, most: int = MAX_BYTES) -> bytes:
    """The file's bytes, all of them, `most` at most. Raises ConnectorError, or what `explain` explains."""
    file = await bot.get_file(file_id)
    if file.file_size and file.file_size > MAX_BYTES:
        raise ConnectorError(too_large(), permanent=True)
    if file.file_size and file.file_size > most:
        raise ConnectorError(f"The file is larger than {most // 1_000_000} MB", permanent=True)
    # The library would open a path of this machine that the answer names.
    if not (file.file_path or "").startswith(("http://", "https://")):
        raise ConnectorError("Telegram does not say where this file is")
    try:
        found = bytes(await file.download_as_bytearray())
    except InvalidToken:
        # What the library makes of any 404.
        raise ConnectorError("Telegram no longer has this file", permanent=True) from None
    if file.file_size and len(found) != file.file_size:
        raise ConnectorError(f"Only {len(found)} of {file.file_size} bytes of the file came")
    return found


def too_large() -> str:
    """Why a large file cannot be had."""
    return f"Telegram gives bots no file larger than {MAX_BYTES // 1_000_000} MB: ask for it another way"
