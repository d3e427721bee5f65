"""Makes models: stands on `models`, never meets `service`.

Read downwards: `cli` -> `retrain`, `promote` -> `gates`, `card` -> `compare` -> `evaluate`, `fit`,
`cutoffs` -> `recipe`, `splits`, `labels`, `corpora` -> `example` -> `errors`.
"""
