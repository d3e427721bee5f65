"""The owner of a blog in a real browser: the key, the statistics, "Not spam"."""

from __future__ import annotations

import re

import pytest

from service.domain.decision import Outcome, Source
from tests.wordpress.server import KEY

pytestmark = [
    pytest.mark.wordpress,
    pytest.mark.browser,
    pytest.mark.e2e,
    pytest.mark.slow,
]
AKISMET = "/wp-admin/options-general.php?page=akismet-key-config"


@pytest.fixture
def owner(browser, server, blog):
    """A page of the blog's owner, and every address it asked for."""
    context = browser.new_context()
    page = context.new_page()
    page.asked = []
    page.on("request", lambda request: page.asked.append(request.url))
    page.goto(f"{blog.address}/wp-login.php")
    page.fill("#user_login", "admin")
    page.fill("#user_pass", "correct horse battery")
    page.click("#wp-submit")
    page.wait_for_url("**/wp-admin/**")
    yield page
    context.close()


def enter(owner, blog, key):
    owner.goto(f"{blog.address}{AKISMET}&view=start")
    owner.click(".akismet-enter-api-key-box__reveal")
    owner.fill("input[name=key]", key)
    with owner.expect_navigation():
        owner.click(".akismet-enter-api-key-box input[type=submit]")


def test_a_key_entered_on_the_settings_screen_protects_the_blog(owner, server, blog):
    enter(owner, blog, KEY)
    assert "now protecting your site from spam" in owner.content()
    assert blog.option("wordpress_api_key") == KEY
    frame = owner.locator("#stats-iframe").get_attribute("src")
    assert frame.startswith(f"{server.address}/1.0/snapshot.php?")
    foreign = [url for url in owner.asked if re.search(r"akismet\.com|wp\.com", url)]
    assert foreign == []


def test_a_wrong_key_is_not_stored(owner, server, blog):
    enter(owner, blog, "000000000000")
    assert blog.option("wordpress_api_key") in {"", "NULL"}


def test_a_suspended_key_is_named_to_the_owner_and_what_came_meanwhile_is_judged_later(
    owner, keyed, blog
):
    keyed.judges("0,0,1")
    keyed.tells_key_to("suspend")
    try:
        blog.comment("written while suspended")
        assert blog.state("written while suspended") == "0"
        assert keyed.submissions("written while suspended") == []
        # Asking again finds it suspended still: nothing is published for want of an answer.
        blog.php("do_action('akismet_schedule_cron_recheck');")
        assert blog.state("written while suspended") == "0"
        owner.goto(f"{blog.address}/wp-admin/edit-comments.php")
        assert "This key is suspended by whoever runs your Chaffinch server" in owner.content()
        owner.goto(f"{blog.address}{AKISMET}")
        assert "Your Akismet subscription is suspended" in owner.content()
        assert "no longer valid" not in owner.content()
    finally:
        keyed.tells_key_to("resume")
    owner.goto(f"{blog.address}/wp-admin/edit-comments.php")
    assert "This key is suspended" not in owner.content()
    blog.php("do_action('akismet_schedule_cron_recheck');")
    assert blog.state("written while suspended") == "spam"


def test_previews_of_links_are_off(owner, keyed, blog):
    owner.goto(f"{blog.address}/wp-admin/edit-comments.php")
    assert "enable_mshots" not in owner.content()


def test_not_spam_in_wordpress_arrives_here(owner, keyed, blog):
    keyed.judges("0,0,1")
    blog.comment("wrongly binned there")
    owner.goto(f"{blog.address}/wp-admin/edit-comments.php?comment_status=spam")
    row = owner.locator(f"#comment-{blog.number('wrongly binned there')}")
    owner.goto(f"{blog.address}/wp-admin/" + row.locator(".unspam a").get_attribute("href"))
    # WordPress confirms, then does it.
    if "action=unspamcomment" not in owner.url:
        owner.wait_for_load_state()
    assert blog.state("wrongly binned there") == "0"
    (found,) = keyed.submissions("wrongly binned there")
    assert found.outcome is Outcome.HAM
    with keyed.store.read() as unit:
        (report,) = unit.decisions.list_of(found.submission_id)
    assert (report.source, report.reporter) == (Source.SITE, "admin")


def test_the_servers_address_can_be_set_without_editing_a_file(owner, server, blog):
    blog.configure()
    owner.goto(f"{blog.address}/wp-admin/options-general.php?page=chaffinch")
    owner.fill("#chaffinch-url", f"{server.address}/")
    owner.click("#submit")
    owner.wait_for_load_state()
    assert blog.option("chaffinch_url") == server.address
    blog.php(f"update_option('wordpress_api_key', '{KEY}');")
    server.judges("0,0,1")
    blog.comment("through the setting")
    assert blog.state("through the setting") == "spam"
