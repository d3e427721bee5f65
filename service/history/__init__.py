"""Files of other programs -> Past comments, streaming: one module for each format.

`source` opens and unpacks within bounds, `xml` reads elements, `meta` reads what WordPress knows
of a label. Nothing here fetches anything, and nothing here writes.
"""
