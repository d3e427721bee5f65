"""Where the corpora come from, and how their original files become rows of our format.

Addresses are those of the public repositories at the commit the corpora were taken from. Where a
corpus is not one plain file there, `UNREACHABLE` says why; nothing here is guessed.
"""

from __future__ import annotations

import csv
import dataclasses
import datetime as dt
import hashlib
import io
import json
import sys
from collections.abc import Callable, Iterable, Iterator
from typing import Any, Final

Row = dict[str, Any]
_RAW: Final = "https://raw.githubusercontent.com"
# Some corpora hold comments longer than the 128 KiB that csv allows by default.
csv.field_size_limit(sys.maxsize)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Original:
    """Files of one corpus in its own repository at one commit, and the reader of their format.

    *rows* is (spam, ham) as counted when the corpus was described: another count means another
    file. A *commit* of ten digits is an abbreviated one: GitHub takes it while it is unique.
    """

    repository: str
    commit: str
    paths: tuple[str, ...]
    reader: Callable[[str, bytes], Iterable[Row]]
    rows: tuple[int, int]

    def urls(self) -> list[str]:
        """The address of each file."""
        return [f"{_RAW}/{self.repository}/{self.commit}/{path}" for path in self.paths]


def _table(raw: bytes) -> Iterator[dict[str, str]]:
    for row in csv.DictReader(io.StringIO(raw.decode("utf-8-sig", "replace"), newline="")):
        yield {name: value or "" for name, value in row.items() if isinstance(name, str)}


def read_sidtuli(_path: str, raw: bytes) -> Iterator[Row]:
    """The moderation queue of one WordPress blog, all of it spam by its owner's word."""
    for row in _table(raw):
        clock = dt.datetime.strptime(row["Submit Time"].strip().upper(), "%I:%M %p").time()  # noqa: DTZ007 - a time of day
        day = dt.date(int(row["Submit Year"]), int(row["Submit Month"]), int(row["Submit Day"]))
        yield {
            "id": row["Comment Number"],
            "label": "spam",
            # The file holds the page's line breaks: each line after the first begins with a blank.
            "text": " ".join(row["Comment"].split()),
            "author": row["Author"].strip(),
            "author_url": row["Website"].strip(),
            "author_email": _email(row["Email"]),
            "user_ip": _network(row["IP Address"]),
            "permalink": row["Post"],
            "group": row["Post"],
            "created_at": dt.datetime.combine(day, clock).isoformat(),
            "lang": "en",
        }


def read_wordpress(_path: str, raw: bytes) -> Iterator[Row]:
    """A table `wp_comments` as CSV, all of it spam by its owner's word."""
    for row in _table(raw):
        yield {
            "id": row["comment_ID"],
            "label": "spam",
            "text": row["comment_content"],
            "author": row["comment_author"],
            "author_url": row["comment_author_url"].replace("&amp;", "&"),
            "author_email": _email(row["comment_author_email"]),
            "user_ip": _network(row["comment_author_IP"]),
            "user_agent": row["comment_agent"],
            "group": row["comment_post_ID"],
            "created_at": row["comment_date_gmt"],
            "comment_type": row["comment_type"] or "comment",
        }


def read_wals(_path: str, raw: bytes) -> Iterator[Row]:
    """The comments of the WALS blog that its editors approved (status 1)."""
    for row in json.loads(raw):
        if str(row["status"]) != "1":
            continue
        yield {
            "id": row["id"],
            "label": "ham",
            "text": row["text"],
            "author": row["author"]["name"],
            "author_url": row["author"]["url"] or "",
            "permalink": row["post"]["title"],
            "group": f"wals:{row['post']['id']}",
            "created_at": row["date"].replace("/", "-"),
            "lang": "en",
            "source": "wp:blog.wals.info",
        }


def read_civil(_path: str, raw: bytes) -> Iterator[Row]:
    """Rude comments of news readers: not spam."""
    for row in _table(raw):
        yield {
            "id": row["comment_id"],
            "label": "ham",
            "text": row["comment_text"],
            "lang": "en",
            "comment_type": "news-comment",
        }


def read_tubespam(path: str, raw: bytes) -> Iterator[Row]:
    """One video of the UCI YouTube Spam Collection: COMMENT_ID, AUTHOR, DATE, CONTENT, CLASS."""
    video = path.rpartition("/")[2].removesuffix(".csv")
    for row in _table(raw):
        yield {
            "id": f"{video}:{row['COMMENT_ID']}",
            "label": "spam" if row["CLASS"] == "1" else "ham",
            "text": row["CONTENT"].strip("\ufeff"),
            "author": row["AUTHOR"],
            "group": video,
            "created_at": row["DATE"],
            "lang": "en",
        }


def read_youtube_2022(_path: str, raw: bytes) -> Iterator[Row]:
    """The "5000 YouTube Spam/Not-Spam" table: Name, Comment, Time, Likes, Reply Count, Spam."""
    for number, row in enumerate(_table(raw)):
        yield {
            "id": str(number),
            "label": "spam" if row["Spam"] == "1" else "ham",
            "text": row["Comment"],
            "author": row["Name"],
            "created_at": row["Time"],
        }


def read_lines(path: str, raw: bytes) -> Iterator[Row]:
    """One message a line; the file's name says which label."""
    label = "spam" if "spam" in path.rpartition("/")[2] else "ham"
    for number, line in enumerate(raw.decode("utf-8", "replace").splitlines()):
        if line.strip():
            yield {"id": f"{label}{number}", "label": label, "text": line.strip(), "lang": "ru"}


def _email(address: str) -> str:
    """*address* without the person: a digest before the @, the domain kept."""
    name, at, domain = address.strip().lower().rpartition("@")
    return f"{hashlib.sha256(name.encode()).hexdigest()[:10]}@{domain}" if at else ""


def _network(address: str) -> str:
    """*address* cut to its network: /24, or /48."""
    if ":" in address:
        return ":".join([*address.split(":")[:3], ":"])
    parts = address.strip().split(".")
    return ".".join([*parts[:3], "0"]) if len(parts) == 4 else ""  # noqa: PLR2004 - IPv4


ORIGINALS: Final = {
    "wp_sidtuli_2017": Original(
        repository="sidtuli/spam-analysis",
        commit="3c843c07fc",
        paths=("previous_ipython_version/data/spam_data.csv",),
        reader=read_sidtuli,
        rows=(2870, 0),
    ),
    "wp_btovar_2015": Original(
        repository="TATABOX42/know_your_spammers",
        commit="ac20117da4c16c1b86a05afc9198b24b2bab7b9a",
        paths=("data.csv",),
        reader=read_wordpress,
        rows=(162, 0),
    ),
    "ham_wals": Original(
        repository="cldf-datasets/wals",
        commit="3a9efd6907",
        paths=("etc/comments.json",),
        reader=read_wals,
        rows=(0, 974),
    ),
    "ham_civil_toxic": Original(
        repository="ipavlopoulos/toxic_spans",
        commit="beaf170538",
        paths=("data/comments.csv",),
        reader=read_civil,
        rows=(0, 16100),
    ),
    "yt_tubespam": Original(
        repository="KayhanB21/YouTube-Spam-Collection",
        commit="e1dcaf0a73",
        paths=(
            "dataset/Youtube01-Psy.csv",
            "dataset/Youtube02-KatyPerry.csv",
            "dataset/Youtube03-LMFAO.csv",
            "dataset/Youtube04-Eminem.csv",
            "dataset/Youtube05-Shakira.csv",
        ),
        reader=read_tubespam,
        rows=(1005, 951),
    ),
    "yt_5000_2022": Original(
        repository="toreyes0/YouTube-Comment-Spam-Detector",
        commit="2f68713a684ff68be8e46a615e293ddb786a5fd8",
        paths=("model/datasets/comments_1.csv",),
        reader=read_youtube_2022,
        rows=(2500, 2500),
    ),
    "tg_spam_ru": Original(
        repository="umputun/tg-spam",
        commit="e14d516ef3",
        paths=("data/spam-samples.txt", "data/ham-samples.txt"),
        reader=read_lines,
        rows=(182, 438),
    ),
}
_DUMPS: Final = "WordPress database dumps inside other repositories; the files' paths are not known"
_FOLDER: Final = "thousands of small files; clone the repository"
UNREACHABLE: Final = {
    "wp_multi": _DUMPS,
    "wp_trackback_silver": _DUMPS,
    "ham_haacked": _FOLDER,
    "ham_mademistakes": _FOLDER,
    "ham_rarous_cs": "the path of the comments in rarous/blog is not known",
    "ham_tanglei_zh": "the path of the export in tl3shi/disqus-migrate-to-duoshuo is not known",
    "yt_early2014": "it stands only in the git history of tuliocasagrande/youtube-spam-experiment",
    "id_judol_yt": "no reader yet for dataset/dataset.csv of Ikryz7/skripsi-xai-judi-online",
}
