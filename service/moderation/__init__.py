"""The moderators' pages.

`blueprint` guards and frames them · `signing_in`, `lists`, `item`, `decisions` answer · `forms`
reads what people send · `views`, `item_view` prepare what templates see · `segments`, `letters`
make hostile text harmless · `words` says it · `routes` gathers.
"""
