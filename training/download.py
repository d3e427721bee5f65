"""Download one file over HTTP: resumed where it broke off, verified by its sha256."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

import requests

from training.errors import CorpusChanged, CorpusMissing

_TIMEOUT_S: Final = (10, 60)
_CHUNK: Final = 64 * 1024
_TRIES: Final = 5
_OK, _PART, _NOT_THAT_PART = 200, 206, 416
# Larger than any corpus of ours; a server that never stops must not fill the disk.
_MOST_BYTES: Final = 2 * 1024**3
Watch = Callable[[int, int | None], None]


def download(
    url: str,
    place: Path,
    *,
    sha256: str = "",
    watch: Watch = lambda _done, _total: None,
    pause_s: float = 1.0,
) -> str:
    """Bring *url* to *place* and answer with its sha256 (slow I/O). Nothing if it is there already.

    What arrived is kept in `*place*.part` when the line breaks, and the next try, or the next run,
    asks for the rest alone; a file that changed meanwhile is fetched anew (If-Range). *watch* is
    told bytes done and in all. Raises CorpusMissing when it can't be had, CorpusChanged when the
    bytes are not those of *sha256* (they are thrown away).
    """
    if place.exists():
        found = _sha256(place)
        if found == sha256:
            return found
        if not sha256:
            return found
        place.unlink()
    part = place.with_name(place.name + ".part")
    part.parent.mkdir(parents=True, exist_ok=True)
    for turn in range(_TRIES):
        try:
            _bring(url, part, watch)
            break
        except requests.HTTPError as error:
            status = error.response.status_code
            raise CorpusMissing(f"{url} answers {status}") from None
        except requests.RequestException as error:
            if turn == _TRIES - 1:
                kind = type(error).__name__
                raise CorpusMissing(
                    f"{url} cannot be fetched ({kind}); run again to go on"
                ) from None
            time.sleep(pause_s * 2**turn)
    return _accept(url, part, place, sha256)


def _accept(url: str, part: Path, place: Path, sha256: str) -> str:
    found = _sha256(part)
    _mark(part).unlink(missing_ok=True)
    if sha256 and found != sha256:
        part.unlink()
        raise CorpusChanged(f"{url} is not the file we know: its sha256 is {found}, not {sha256}")
    part.replace(place)
    return found


def _bring(url: str, part: Path, watch: Watch) -> None:
    """One request: the rest of *part*, or all of it. Raises requests' errors when it breaks off."""
    done = part.stat().st_size if part.exists() else 0
    stamp = _stamp(part, url) if done else ""
    headers = {"Accept-Encoding": "identity"}
    if done and stamp:
        headers |= {"Range": f"bytes={done}-", "If-Range": stamp}
    else:
        done = 0
    with requests.get(url, headers=headers, stream=True, timeout=_TIMEOUT_S) as answer:
        if answer.status_code == _NOT_THAT_PART:
            # Nothing is left to send, or the file has shrunk: the sha256 would not tell which.
            part.unlink()
            raise requests.ConnectionError("the server has no such part")
        answer.raise_for_status()
        if answer.status_code != _PART:
            done = 0
        total = _total(answer, done)
        _keep_stamp(part, url, answer)
        with part.open("ab" if done else "wb") as file:
            for chunk in answer.iter_content(_CHUNK):
                file.write(chunk)
                done += len(chunk)
                watch(done, total)
                if done > _MOST_BYTES:
                    raise CorpusChanged(f"{url} is larger than any corpus of ours")
    if total is not None and done != total:
        raise requests.ConnectionError(f"{done} of {total} bytes came")


def _total(answer: requests.Response, done: int) -> int | None:
    length = answer.headers.get("Content-Length", "")
    return done + int(length) if length.isdigit() else None


def _mark(part: Path) -> Path:
    return part.with_name(part.name + ".json")


def _stamp(part: Path, url: str) -> str:
    """What told this version of the file from others when the part was begun, or ""."""
    try:
        kept = json.loads(_mark(part).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return ""
    return str(kept.get("stamp", "")) if kept.get("url") == url else ""


def _keep_stamp(part: Path, url: str, answer: requests.Response) -> None:
    tag = answer.headers.get("ETag", "")
    # A weak tag may name other bytes and is not allowed in If-Range (RFC 9110, 13.1.5).
    stamp = tag if tag and not tag.startswith("W/") else answer.headers.get("Last-Modified", "")
    _mark(part).write_text(json.dumps({"url": url, "stamp": stamp}), encoding="utf-8")


def _sha256(place: Path) -> str:
    with place.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
