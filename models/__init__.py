"""The floor: words, features and the file format of a model.

Read upwards: `comment`, `errors` -> `verdict`, `text` -> `features` -> `classifier`,
`manifest` -> `artefact`, `registry` -> `loader`. Knows no web and no database.
"""
