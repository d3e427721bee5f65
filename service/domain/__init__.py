"""The words of the service as frozen values and pure functions: no I/O, no clock, no web.

`site` (Site, Key, Policy) · `submission` (Arrival, Scoring, Submission) · `decision` (Decision,
Outcome) · `moderator` (Moderator, Role) · `rules` (asked before the classifier).
"""
