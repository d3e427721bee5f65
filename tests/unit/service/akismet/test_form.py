"""Bodies as real clients send them: bare names, brackets, charsets, what is refused."""

import tracemalloc
from urllib.parse import unquote_to_bytes

import pytest

from service.akismet import form
from service.akismet.form import MOST_BYTES, every, first, has, read_pairs
from service.errors import BadInput

FORM = "application/x-www-form-urlencoded"


def read(body, content_type=FORM):
    return read_pairs(body, content_type)


def test_a_name_without_a_sign_is_a_field_without_a_value():
    pairs = read(b"a&comment_author_url&b=1&POST_ak_hp_textarea&&")
    assert [name for name, _ in pairs] == ["a", "comment_author_url", "b", "POST_ak_hp_textarea"]
    assert has(pairs, "comment_author_url")
    assert first(pairs, "comment_author_url") == ""


@pytest.mark.parametrize(
    "body",
    [
        b"comment_context=a&comment_context=b",
        b"comment_context[]=a&comment_context[]=b",
        b"comment_context[0]=a&comment_context[1]=b",
        b"comment_context%5B0%5D=a&comment_context%5B1%5D=b",
        b"comment_context%5b%5d=a&comment_context%5b%5d=b",
    ],
)
def test_a_list_is_read_in_each_of_its_spellings(body):
    assert every(read(body), "comment_context") == ["a", "b"]


def test_an_unescaped_address_is_read_whole():
    pairs = read(b"key=c0ffee123456&blog=https://blog.example.org/?a=1")
    assert first(pairs, "blog") == "https://blog.example.org/?a=1"


@pytest.mark.parametrize("space", [b"+", b"%20", b" "])
def test_each_kind_of_space_is_one(space):
    assert read(b"a=x" + space + b"y") == [("a", "x y")]


@pytest.mark.parametrize("text", [b"100%", b"%zz", b"%4", b"%%41"])
def test_what_is_no_escape_stays(text):
    assert read(b"a=" + text)[0][1] == text.decode().replace("%41", "A")


CHARSETS = (
    ("utf-8", "Привет, naïve 你好"),
    ("iso-8859-1", "naïve café"),
    ("windows-1251", "Привет, мир"),
    ("koi8-r", "Привет, мир"),
    ("shift_jis", "こんにちは世界"),
    ("euc-jp", "こんにちは世界"),
    ("iso-2022-jp", "こんにちは世界"),
    ("gbk", "你好，世界"),
    ("big5", "你好，世界"),
    ("euc-kr", "안녕하세요"),
)


@pytest.mark.parametrize(("charset", "text"), CHARSETS, ids=[name for name, _ in CHARSETS])
@pytest.mark.parametrize("where", ["blog_charset", "charset", "header"])
def test_text_is_read_in_the_charset_that_is_named(charset, text, where):
    body = b"comment_content=" + b"".join(b"%%%02X" % byte for byte in text.encode(charset))
    kind = FORM
    if where == "header":
        kind = f"{FORM}; charset={charset}"
    else:
        body += f"&{where}={charset}".encode()
    assert first(read(body, kind), "comment_content") == text


def test_utf_8_is_read_as_that_whatever_is_named():
    assert first(read("a=naïve&blog_charset=ISO-8859-1".encode()), "a") == "naïve"


def test_bytes_in_no_charset_are_read_as_windows_reads_them():
    assert first(read(b"a=caf%E9%81"), "a") == "café\x81"


@pytest.mark.parametrize("charset", ["utf-7", "utf-16", "punycode", "zlib", "rot13", "nonsense"])
def test_a_charset_that_could_smuggle_is_not_used(charset):
    body = f"a=%2BADw-script%2BAD4-&blog_charset={charset}".encode()
    assert first(read(body), "a") == "+ADw-script+AD4-"


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"x", "multipart/form-data; boundary=x"),
        (b"{", "application/json"),
        (b"[1]", "application/json"),
        (b'"x"', "application/json"),
        (b"[" * 100_000, "application/json"),
        (b"a=1&" * 1001, FORM),
        (b"a" * 2000 + b"=1", FORM),
        (b'{"a":' + b"9" * 5000 + b"}", "application/json"),
    ],
)
def test_what_cannot_be_read_is_bad_input(body, kind):
    with pytest.raises(BadInput):
        read(body, kind)


def test_json_says_the_same_as_a_form():
    body = b'{"a":"x","n":7,"yes":true,"none":null,"comment_context":["a","b",{}],"f":1.5}'
    assert read(body, "application/json; charset=utf-8") == [
        ("a", "x"),
        ("n", "7"),
        ("yes", "true"),
        ("comment_context", "a"),
        ("comment_context", "b"),
        ("f", "1.5"),
    ]


def test_a_lone_surrogate_in_json_is_made_harmless():
    assert read(b'{"a":"\\ud800x"}', "application/json") == [("a", "\N{REPLACEMENT CHARACTER}x")]


def test_the_body_comes_before_the_query():
    assert first(read_pairs(b"key=body", FORM, b"key=query&extra=1"), "key") == "body"
    assert first(read_pairs(b"", FORM, b"key=query"), "key") == "query"


@pytest.mark.parametrize("before", range(5))
@pytest.mark.parametrize("text", [b"%41%42", b"%%41%", b"%zz%4", b"%C3%A9%", b"%25%3425"])
def test_an_escape_is_whole_wherever_a_long_body_is_cut(before, text):
    raw = (b"a" * (form._PIECE - before) + text) * 3
    assert form._unquoted(raw) == unquote_to_bytes(raw)


@pytest.mark.parametrize("piece", [b"%09", b"a%40", b"%zz"])
def test_to_read_a_large_body_takes_a_few_times_its_size(piece):
    body = b"comment_content=" + piece * ((MOST_BYTES - 100) // len(piece))
    tracemalloc.start()
    try:
        read_pairs(body, "")
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert most < 6 * MOST_BYTES
