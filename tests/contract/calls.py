"""One call to an endpoint, with what every call needs."""

from tests.builders import BLOG, KEY


def post(client, endpoint, headers=None, **fields):
    data = {"api_key": KEY, "blog": BLOG, "user_ip": "203.0.113.9"} | fields
    data = {name: value for name, value in data.items() if value is not None}
    return client.post(f"/1.1/{endpoint}", data=data, headers=headers or {})
