"""What can be wrong with a model on disk.

ModelError
|- ArtefactMissing     nothing there: an alias or id that names no folder
|- ArtefactCorrupt     bytes differ from what the manifest promises
|- ArtefactUntrusted   the signature does not hold, or the file holds a type we do not allow
|- WrongEnvironment    made by versions that score differently; the message names the command
|- ModelUnfit          loads, but its golden comments come out wrong
`- SharedGone          the place that all servers take models from does not answer
"""

from __future__ import annotations


class ModelError(Exception):
    """Catch this to keep the old model, whatever is wrong with the new one."""


class ArtefactMissing(ModelError):
    """Catch to offer a list of models that do exist."""


class ArtefactCorrupt(ModelError):
    """Catch to fetch or restore the artefact: its bytes are damaged."""


class ArtefactUntrusted(ModelError):
    """Do not catch to load anyway: somebody else's file, or a forbidden type in it."""


class WrongEnvironment(ModelError):
    """Catch to tell the maintainer to retrain or to install the pinned versions."""


class ModelUnfit(ModelError):
    """Catch to refuse promotion: the loaded model does not answer as its manifest says."""


class SharedGone(ModelError):
    """Catch to go on with the model at hand, and ask again later."""
