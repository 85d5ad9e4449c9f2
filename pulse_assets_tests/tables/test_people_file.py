import re
from pathlib import Path

import pytest

from pulse_assets.errors import ConfigurationError
from pulse_assets.settings import Settings
from pulse_assets.tables.people_file import DeclaredPeople


def declared(folder: Path, text: str | bytes) -> DeclaredPeople:
    file = folder / "people.toml"
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    return DeclaredPeople.load(Settings.load(home=folder))


def pair(kind: str = "person", account_id: str = "u1", login: str = "ada") -> str:
    return f'[[{kind}]]\naccount_id = "{account_id}"\nlogin = "{login}"\n'


def test_pairs_are_read_with_what_they_say(tmp_path: Path) -> None:
    found = declared(tmp_path, pair() + pair("person", "u2", " Bob ") + pair("not_same", "u3", "ada"))
    assert (found.same, found.different) == ((("u1", "ada"), ("u2", "Bob")), (("u3", "ada"),))
    assert found.relation().to_pylist() == [
        {"account_id": "u1", "login": "ada", "is_same": True},
        {"account_id": "u2", "login": "Bob", "is_same": True},
        {"account_id": "u3", "login": "ada", "is_same": False},
    ]


@pytest.mark.parametrize("text", ["", "# nobody\n"])
def test_an_empty_file_declares_nothing(tmp_path: Path, text: str) -> None:
    assert declared(tmp_path, text) == DeclaredPeople()


def test_without_a_file_nothing_is_declared(tmp_path: Path) -> None:
    nothing = DeclaredPeople.load(Settings.load(home=tmp_path))
    assert nothing == DeclaredPeople()
    assert nothing.relation().column_names == ["account_id", "login", "is_same"]


def test_a_file_that_is_set_and_missing_is_an_error(tmp_path: Path) -> None:
    settings = Settings.load(home=tmp_path, people_file=tmp_path / "gone.toml")
    with pytest.raises(ConfigurationError, match=r"gone\.toml cannot be read: No such file") as caught:
        DeclaredPeople.load(settings)
    assert "PULSE_PEOPLE_FILE" in str(caught.value.hint)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ('[[person]]\nlogin = "ada"', "person[1].account_id is missing"),
        ('[[person]]\naccount_id = " "\nlogin = "ada"', "person[1].account_id is empty"),
        (pair() + '[[person]]\naccount_id = "u2"\nlogin = 7', "person[2].login should be a text"),
        (pair() + 'mail = "ada@example.invalid"', "person[1].mail is not known"),
        ('[[persons]]\nlogin = "ada"', "persons is not known"),
        ('[person]\nlogin = "ada"', "person should be a list of tables, each in double brackets"),
        ("person = [7]", "person[1] should be a table with account_id and login"),
        (pair() + pair(login="bob"), "person[2].account_id is that of person[1]: u1"),
        (pair() + pair(account_id="u2", login="ADA"), "person[2].login is that of person[1]: ADA"),
        (pair() + pair("not_same", login="Ada"), "not_same[1] says the contrary of person[1]"),
        (pair("not_same") * 2, "not_same[2] says again what not_same[1] says"),
    ],
)
def test_what_does_not_fit_is_named_with_file_field_and_remedy(tmp_path: Path, text: str, says: str) -> None:
    with pytest.raises(ConfigurationError, match=re.escape(f"people.toml does not fit: {says}.")) as caught:
        declared(tmp_path, text)
    assert "[[person]] with account_id" in str(caught.value.hint)


@pytest.mark.parametrize("text", ["[[person]", b"\xff\xfe", 'x = "\x1b[2J'])
def test_what_is_no_toml_is_said_so(tmp_path: Path, text: str | bytes) -> None:
    with pytest.raises(ConfigurationError, match=r"people\.toml is not TOML") as caught:
        declared(tmp_path, text)
    assert "\x1b" not in str(caught.value)


def test_a_value_never_steers_the_terminal(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError) as caught:
        declared(tmp_path, pair(account_id="u\\u001b[2J") * 2)
    assert "\x1b" not in str(caught.value)
