"""Our own JSON API, /api/v1: `shapes` says what it speaks, `operations` what it can be asked.

`checking`, `reading` and `administering` answer; `openapi` describes all of it from the same table;
`docs` is the page to try it; `problem` spells refusals.
"""
