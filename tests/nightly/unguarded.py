"""One safeguard off: what the program, or a test of the gate, says without it.

Each is a few lines of Python that every process runs before it imports anything else of ours:
Python looks for a `sitecustomize` first of all. Lines that no longer fit the program change
nothing, so the twin meets its target and the fact is VOID: none of them can rot unseen.
"""

from __future__ import annotations

import os
from pathlib import Path

# A blog hears its verdict before the comment is written; it is written a moment later.
ANSWERS_FIRST = """
import threading
from service.storage.writer import GroupWriter
put = GroupWriter.put
def at_leisure(self, item):
    threading.Timer(0.3, put, (self, item)).start()
GroupWriter.put = at_leisure
"""
# What the database does not take has nowhere to go.
NO_SPOOL = """
from service.errors import StoreUnavailable
from service.storage.spool import Spool
def full(self, *_):
    raise StoreUnavailable(detail="no spool")
Spool.put = full
"""
READS_WHAT_CAME = """
import service.web.body as body
body.read_body = lambda environ, most: environ["wsgi.input"].read(most)
"""
HANGS_UP = """
import service.web.body as body
body._DRAINED = 0
"""
NO_GATE = """
from service.web.gate import Gate
Gate.enter = lambda self, name="": None
Gate.leave = lambda self: None
"""
# A refusal of a check without a guid is published by WordPress.
NO_GUID = """
import dataclasses
from service.akismet import answer
def bare(write):
    return lambda *a, **k: dataclasses.replace(write(*a, **k), headers={})
for name in ("write_trouble", "write_invalid", "write_missing", "write_suspended"):
    setattr(answer, name, bare(getattr(answer, name)))
"""
# What waits for a person is on the page meanwhile.
PUBLISHES_THE_UNSURE = """
from service.akismet import answer
answer._write_unsure = lambda policy, arrival: ("false", {})
"""
NO_RETRY_ALONE = """
from service.storage.writer import GroupWriter
def all_or_none(self, group):
    try:
        self._write([one.item for one in group])
    except Exception as error:
        for one in group:
            one.error = error
GroupWriter._write_group = all_or_none
"""
OTHER_STATUS = """
from service.web import errors
for error, status in errors.STATUS.items():
    errors.STATUS[error] = 418 if status in {403, 404} else status
"""
NEVER_HEARD_BEFORE = """
from service.storage import reports
reports._find = lambda *_a, **_k: None
reports._is_said_already = lambda *_: False
"""
TRUSTS_THE_CLOCK = """
from service.storage import address_key
address_key._lives = lambda made_at, now: now < made_at + address_key.LIVES
"""
NO_PROOF = """
from service.storage import copying
copying._require_equal = lambda *_: None
"""
COUNTS_NOTHING = """
from service.limits import ProcessLimiter
ProcessLimiter.count = lambda self, name: None
"""
COUNTS_ALONE = """
from service.limits import RedisLimiter
RedisLimiter.count = lambda self, name: self._alone.count(name)
"""
NEEDS_REDIS = """
from service.errors import TooManyRequests
from service.limits import RedisLimiter
def count(self, name):
    if not self._limiter.hit(self._item, name):
        raise TooManyRequests(retry_after_s=self._window_s)
RedisLimiter.count = count
"""
KEEPS_THE_UNSEEN = """
from models import text
text._Letters.__missing__ = lambda self, code: code
"""
KEEPS_HALF_LETTERS = """
from service.akismet import form
form.clean = lambda text: text
"""
SHOWS_AS_WRITTEN = """
from service.moderation import segments
segments.visible = lambda text: text
"""
ANY_EXPRESSION = """
import re
from service.domain import matcher
from service.errors import InvalidField
real = matcher.compile_regex
def compile_any(pattern):
    try:
        return real(pattern)
    except InvalidField:
        return re.compile(pattern)
matcher.compile_regex = compile_any
"""
NO_TOKENS = """
from flask_wtf.csrf import CSRFProtect
CSRFProtect.protect = lambda self: None
"""
ANY_ROLE = """
from service.domain import moderator
moderator.may = lambda who, action: True
"""
BREAKS_AS_WRITTEN = """
from service.logs import JsonLines
real = JsonLines.format
JsonLines.format = lambda self, record: real(self, record).replace("\\\\n", chr(10))
"""
ANY_ADDRESS = """
from requests.adapters import HTTPAdapter
from service.outgoing import Outgoing
Outgoing._adapter = lambda self, host, *, is_https: HTTPAdapter()
"""
WHOLE_ADDRESSES = """
from service.domain import address
address.kept = lambda text, key: text
"""
LEAVES_THE_BYTES = """
from service.workflows import forget_person
forget_person._compact = lambda store: None
"""
PLAIN_PICKLE = """
from joblib.numpy_pickle import NumpyUnpickler
from models import artefact
artefact._AllowedOnly.find_class = NumpyUnpickler.find_class
"""
UNPROVEN = """
from models import loader
loader._prove = lambda classifier, manifest: None
"""
NO_GATES = """
from training import gates
gates.refusals = lambda trial: []
"""
# Letters that look like others, digits for letters: each stays what it is.
READS_AS_WRITTEN = """
from models import text
text.spelled_out = lambda folded: folded
text._one_script = lambda match: match[0]
text._Letters.__missing__ = lambda self, code: code
"""


def without(lines: str, folder: Path) -> dict[str, str]:
    """Settings by which a program and all its processes run *lines* first; kept in *folder*.

    None without lines.
    """
    if not lines:
        return {}
    place = folder / "unguarded"
    place.mkdir(exist_ok=True)
    (place / "sitecustomize.py").write_text(lines, encoding="utf-8")
    paths = (str(place), os.environ.get("PYTHONPATH", ""))
    return {"PYTHONPATH": os.pathsep.join(path for path in paths if path)}
