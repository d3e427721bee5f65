"""Akismet's wire: `wire` spells it (pure), `form` reads bodies, `routes` answers."""
