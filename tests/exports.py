"""Files of other programs, as small as they can be; and the rows they became."""

from __future__ import annotations

import csv
import json

import sqlalchemy as sa

from service.storage.history_tables import imported

OLD = "2014-01-14 17:32:12"


def rows(store):
    with store.engine.connect() as connection:
        query = sa.select(imported).order_by(imported.c.source_id)
        return connection.execute(query).all()


def wxr_comment(number, status="1", text="Erster!", meta=(), user="0", kind="", more=""):
    metas = "".join(
        f"<wp:commentmeta><wp:meta_key>{key}</wp:meta_key>"
        f"<wp:meta_value><![CDATA[{value}]]></wp:meta_value></wp:commentmeta>"
        for key, value in meta
    )
    return (
        f"<wp:comment><wp:comment_id>{number}</wp:comment_id>"
        f"<wp:comment_author><![CDATA[Ohai]]></wp:comment_author>"
        f"<wp:comment_author_email>test@example.org\n</wp:comment_author_email>"
        f"<wp:comment_author_IP>::ffff:203.0.113.77</wp:comment_author_IP>"
        f"<wp:comment_date_gmt>{OLD}</wp:comment_date_gmt>"
        f"<wp:comment_content><![CDATA[{text}]]></wp:comment_content>"
        f"<wp:comment_approved>{status}</wp:comment_approved>"
        f"<wp:comment_type>{kind}</wp:comment_type><wp:comment_parent>0</wp:comment_parent>"
        f"<wp:comment_user_id>{user}</wp:comment_user_id>{metas}{more}</wp:comment>"
    )


def wxr(*comments, version="1.2", head=""):
    return (
        f'<?xml version="1.0" encoding="UTF-8" ?>{head}'
        f'<rss xmlns:wp="http://wordpress.org/export/{version}/"><channel><title>b</title>'
        f"<link>https://blog.example.org</link><item><title>p</title>"
        f"<link>https://blog.example.org/p/</link>{''.join(comments)}</item></channel></rss>"
    )


def wp_row(number, status, **changes):
    return {
        "comment_ID": number,
        "comment_content": f"Buy <a href='http://x.example'>now</a> {number}",
        "comment_approved": status,
        "comment_date_gmt": OLD,
        "comment_agent": "Mozilla/5.0",
        "user_id": "0",
    } | changes


def wp_file(place, kind):
    found = [wp_row("1", "spam"), wp_row("2", "1"), wp_row("3", "0"), wp_row("4", "trash")]
    found.append(wp_row("5", "spam") | {"akismet_user_result": "true"})
    if kind == "list":
        place.write_text(json.dumps(found))
    elif kind == "lines":
        place.write_text("\n".join(json.dumps(row) for row in found))
    else:
        with place.open("w", newline="") as file:
            writer = csv.DictWriter(file, [*found[0], "akismet_user_result"], restval="")
            writer.writeheader()
            writer.writerows(found)
