"""Families of features: `view` prepares a Comment; `content`, `author`, `links` look at it."""
