"""Pages are followed to the end, and a server that goes in circles is noticed."""

from urllib.parse import parse_qs, urlsplit

import pytest

from pulse_assets.errors import ContractBroken
from pulse_assets.sources.pagination import Pages
from pulse_assets_tests.sources.conftest import MakeClient
from pulse_assets_tests.sources.doubles import Asked, Says, serving


def page_of(asked: Asked) -> int:
    return int(parse_qs(urlsplit(asked.path).query).get("page", ["1"])[0])


def linked(number: int, last: int, *, following: int | None = None) -> Says:
    target = following or number + 1
    headers = {"link": f'</things?per_page=2&page={target}>; rel="next"'} if number < last else {}
    return Says([{"id": number}], headers=headers)


def ids(pages: Pages) -> list[int]:
    return [item["id"] for reply in pages.walk("/things", {"per_page": 2}) for item in reply.items()]


def test_links_are_followed_to_the_last_page(make_client: MakeClient) -> None:
    with serving(lambda asked: linked(page_of(asked), 4)) as server:
        assert ids(Pages(make_client(server.url))) == [1, 2, 3, 4]


def test_a_repeated_page_is_asked_for_again(make_client: MakeClient) -> None:
    spoilt = [2]

    def script(asked: Asked) -> Says:
        number = page_of(asked)
        if number in spoilt:
            spoilt.remove(number)
            return Says([{"id": number - 1}], headers=linked(number, 4).headers)
        return linked(number, 4)

    with serving(script) as server:
        assert ids(Pages(make_client(server.url))) == [1, 2, 3, 4]
    assert len(server.asked) == 5


def test_a_page_that_keeps_repeating_breaks_the_contract(make_client: MakeClient) -> None:
    def script(asked: Asked) -> Says:
        return Says([{"id": 1}], headers=linked(page_of(asked), 9).headers)

    with serving(script) as server, pytest.raises(ContractBroken, match="page 2 the content of the page before"):
        ids(Pages(make_client(server.url)))
    assert len(server.asked) == 4


@pytest.mark.parametrize("following", [1, 2])
def test_a_next_link_that_does_not_lead_on_breaks_the_contract(following: int, make_client: MakeClient) -> None:
    def script(asked: Asked) -> Says:
        number = page_of(asked)
        return linked(number, 9, following=following if number == 2 else None)

    with serving(script) as server, pytest.raises(ContractBroken, match="next page"):
        ids(Pages(make_client(server.url)))


def test_links_without_numbers_that_go_in_a_circle_break_the_contract(make_client: MakeClient) -> None:
    ring = {"/things": "/a", "/a": "/b", "/b": "/a"}
    names = iter(range(100))

    def script(asked: Asked) -> Says:
        return Says([{"id": next(names)}], headers={"link": f'<{ring[asked.path]}>; rel="next"'})

    with serving(script) as server, pytest.raises(ContractBroken, match="circle"):
        list(Pages(make_client(server.url)).walk("/things"))


def test_empty_pages_are_no_repetition(make_client: MakeClient) -> None:
    def script(asked: Asked) -> Says:
        number = page_of(asked)
        return Says([], headers=linked(number, 3).headers)

    with serving(script) as server:
        assert ids(Pages(make_client(server.url))) == []


def test_an_object_where_a_list_is_due_breaks_the_contract(make_client: MakeClient) -> None:
    with serving(lambda _asked: Says({"message": "Hello"})) as server, pytest.raises(ContractBroken, match="list"):
        ids(Pages(make_client(server.url)))
