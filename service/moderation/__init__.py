"""The moderators' pages.

`blueprint` guards and frames them · `signing_in`, `lists`, `item`, `item_more`, `decisions` answer
· `forms` reads what people send · `views`, `item_view`, `badges`, `held` prepare what templates see
· `segments`, `letters` make hostile text harmless · `words` says it · `routes` gathers.
"""
