import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from pulse_assets.reports.inert import csv_text, isolated, markdown_text, plain, web_address

OVERRIDE = "\N{RIGHT-TO-LEFT OVERRIDE}"
ISOLATE = "\N{FIRST STRONG ISOLATE}"
POP = "\N{POP DIRECTIONAL ISOLATE}"


def test_control_characters_and_line_ends_become_one_space() -> None:
    assert plain("a\r\n\x00b\u2028c\ud800") == "a b c\ufffd"


def test_text_with_direction_is_isolated_and_cannot_close_its_isolate() -> None:
    assert isolated(f"{POP}a{OVERRIDE}b") == f"{ISOLATE}a{OVERRIDE}b{POP}"
    assert isolated(f"{ISOLATE}a") == f"{ISOLATE}{ISOLATE}a{POP}{POP}"
    assert isolated("שלום") == f"{ISOLATE}שלום{POP}"
    assert isolated("plain") == "plain"


@pytest.mark.parametrize("begin", ["=", "+", "-", "@", "\t=", "\r=", " =", "\uff1d", "|", "%", f"{OVERRIDE}"])
def test_formulas_become_text_in_csv(begin: str) -> None:
    cell = csv_text(f"{begin}1+1")
    assert cell.startswith(("'", ISOLATE))
    assert cell.lstrip(ISOLATE)[0] not in "=+-@\t\r"


@given(st.text())
def test_no_text_begins_a_csv_cell_like_a_formula(text: str) -> None:
    cell = csv_text(text)
    assert not cell.startswith(("=", "+", "-", "@", "\t", "\r", "\n"))
    assert not cell.lstrip(ISOLATE).startswith(("=", "+", "-", "@"))


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        "[x](javascript:alert(1))",
        "![x](http://evil.example/x.png)",
        "**bold** _em_ `code` ~~gone~~",
        "https://evil.example www.evil.example",
        "a | b || c",
        "&lt;b&gt; \\<b> \\\\",
        "# head\n- list\n\n    code",
        "{: onclick=alert(1)} $x$",
    ],
)
def test_markdown_shows_hostile_text_as_it_is(text: str) -> None:
    parser = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
    table = f"| Title |\n| --- |\n| {markdown_text(text)} |\n"
    inline = [token for token in parser.parse(table) if token.type == "inline"][-1]
    kinds = {child.type for child in inline.children or []}
    assert kinds <= {"text", "text_special"}
    assert "".join(child.content for child in inline.children or []) == plain(text)


def test_markdown_mentions_nobody() -> None:
    assert "@mira" not in markdown_text("@mira")


@pytest.mark.parametrize(
    "address",
    [
        None,
        "",
        "javascript:alert(1)",
        "JavaScript:alert(1)",
        " javascript:alert(1)",
        "java\nscript:alert(1)",
        "data:text/html,x",
        "//evil.example",
        "/relative",
        "https://",
        "https://user:secret@git.test/x",
        "https://git.test/\tx",
        "https://[broken",
    ],
)
def test_only_web_addresses_become_links(address: str | None) -> None:
    assert web_address(address) is None


def test_a_link_cannot_leave_its_markup() -> None:
    assert web_address('https://git.test/a/pull/1"><x>)|') == "https://git.test/a/pull/1%22%3E%3Cx%3E%29%7C"
    assert web_address("http://[::1]:8080/a?b=c%20d#e") == "http://%5B::1%5D:8080/a?b=c%20d#e"
