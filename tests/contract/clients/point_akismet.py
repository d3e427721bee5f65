"""A pytest plugin for the suite of PyPI's `akismet`: the one change is the server's address."""

import os

from akismet import _common

_common._API_URL = os.environ["AKISMET_ADDRESS"]  # it has no setting for it
