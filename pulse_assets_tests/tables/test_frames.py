import pytest

from pulse_assets.errors import ContractBroken
from pulse_assets.tables.contracts import METRIC_COLUMNS, TABLES
from pulse_assets.tables.frames import frame_problems, typed_batch, typed_frame
from pulse_assets_tests.text_tables import frame, rows

REVIEWS = TABLES["pull_request_reviews"]
TEXT = """
    number  review_id  state     submitted_at
    1       10         APPROVED  2024-05-01
    2       20         APPROVED  2024-05-01
"""


def test_frame_that_keeps_its_contract_has_no_problems() -> None:
    assert frame_problems(REVIEWS, frame("pull_request_reviews", TEXT)) == []
    assert frame_problems(REVIEWS, typed_frame(REVIEWS)) == []


def test_each_problem_is_a_sentence() -> None:
    broken = frame("pull_request_reviews", TEXT.replace("20  ", "10  ").replace("APPROVED  2024", "LGTM      2024", 1))
    broken.loc[0, "is_bot"] = None
    broken["number"] = broken["number"].astype("float64")
    problems = frame_problems(REVIEWS, broken.drop(columns="reviewer").assign(extra=1))
    assert problems == [
        "column reviewer is missing",
        "column extra is not part of pull_request_reviews",
        "column number is float64, not Int64",
        "column is_bot has 1 nulls",
        "column state holds 'LGTM'",
        "1 rows repeat the key (repository, review_id)",
    ]


def test_value_below_its_minimum_is_a_problem() -> None:
    negative = frame("change_lead_times", "number  coding_hours\n1  -0.5")
    assert frame_problems(TABLES["change_lead_times"], negative) == ["column coding_hours is below 0 in 1 rows"]


def test_value_that_does_not_fit_names_column_and_row() -> None:
    (row,) = rows("releases", "release_id  tag\n1  v1")
    whole = dict.fromkeys(TABLES["releases"].column_names) | row | {"repository": "acme/api", "tag": 3.5}
    with pytest.raises(ContractBroken, match=r"releases\.tag of the row repository='acme/api', release_id=1"):
        typed_batch(TABLES["releases"], [whole])


def test_every_key_and_reference_names_columns_that_exist() -> None:
    for table in TABLES.values():
        assert set(table.key) <= set(table.column_names), table.name
        for reference in table.references:
            assert set(reference.columns) <= set(table.column_names), table.name
            assert reference.to_columns == TABLES[reference.table].key, table.name


def test_every_metric_has_the_same_frame() -> None:
    for table in TABLES.values():
        if table.layer == "metrics":
            begin, end = METRIC_COLUMNS[:5], METRIC_COLUMNS[5:]
            assert (table.column_names[:5], table.column_names[-4:]) == (begin, end), table.name


def test_columns_carry_their_unit() -> None:
    for table in TABLES.values():
        for column in table.columns:
            is_instant = column.name.endswith("_at") or column.name == "at"
            assert (column.kind == "timestamp") == is_instant, f"{table.name}.{column.name}"
            assert (column.kind == "boolean") == column.name.startswith(("is_", "has_")), f"{table.name}.{column.name}"
            assert column.description.endswith("."), f"{table.name}.{column.name}"
