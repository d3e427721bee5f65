"""One workflow = one file = one transaction; each stands alone and knows no web."""
