"""The service: blogs ask it, moderators work in it.

Read downwards: `cli` -> `server` -> `app` -> `akismet`, `moderation` -> `web` -> `runtime` ->
`workflows` -> `storage`, `scorer`, `limits` -> `domain` -> `settings`, `errors` -> `models`.
"""
