"""One small repository by hand: a first deployment, two changes, an incident, a revert, and one failure that stays."""

import datetime as dt
from collections.abc import Collection, Mapping, Sequence

from pulse_assets.metrics.engine import build_metrics
from pulse_assets.settings import Settings
from pulse_assets.tables.check_history import Gate
from pulse_assets.tables.contracts import TABLES
from pulse_assets.tables.lake import Lake
from pulse_assets_tests.metrics.built import METRICS, write_facts
from pulse_assets_tests.text_tables import fill

MONTHS = tuple(dt.date(2024, month, 1) for month in (4, 5, 6))
TEXTS = {
    "repositories": """
        default_branch  collected_at
        main            2024-06-04 12:00
    """,
    "commits": """
        sha  mainline_position  committed_at
        m0   0                  2024-04-29 08:00
        m1   1                  2024-05-07 09:00
        m2   2                  2024-05-08 09:00
        m3   3                  2024-05-28 09:00
        m4   4                  2024-05-30 09:00
    """,
    "pull_requests": """
        number  title        author  base_branch  created_at        first_commit_at   first_review_at   merged_at         merge_commit_sha  remedy  reverts_number
        1       First        ada     main         2024-04-28 08:00  2024-04-28 07:00  -                 2024-04-29 08:00  m0                -       -
        2       Counted      ada     main         2024-05-06 10:00  2024-05-06 09:00  2024-05-06 12:00  2024-05-07 09:00  m1                -       -
        3       =HYPERLINK   ben     main         2024-05-07 10:00  2024-05-07 09:00  2024-05-07 22:00  2024-05-08 09:00  m2                -       -
        4       Elsewhere    ben     next         2024-05-07 10:00  2024-05-07 09:00  -                 2024-05-09 09:00  -                 -       -
        5       Undo         ada     main         2024-05-28 08:00  2024-05-28 08:00  -                 2024-05-28 09:00  m3                revert  3
        6       Waits        ben     main         2024-05-29 10:00  2024-05-29 09:00  -                 2024-05-30 09:00  m4                -       -
    """,  # noqa: E501 - one row, one line
    "pull_request_reviews": """
        number  review_id  reviewer  submitted_at
        2       21         ben       2024-05-06 12:00
        3       31         ada       2024-05-07 22:00
        3       32         cy        2024-05-07 23:00
    """,
    "deployments": """
        deployment_id  environment  is_production  status   sha  created_at        finished_at
        100            production   yes            success  m0   2024-04-29 09:00  2024-04-29 10:00
        101            production   yes            success  m2   2024-05-08 18:00  2024-05-08 19:00
        102            production   yes            failure  m3   2024-05-28 09:30  2024-05-28 09:45
        103            production   yes            success  m3   2024-05-28 10:00  2024-05-28 11:00
        104            staging      no             success  m4   2024-05-30 10:00  2024-05-30 11:00
        105            production   yes            success  m3   2024-06-01 10:00  2024-06-01 11:00
    """,
    "incident_reports": """
        number  title     opened_at         resolved_at       root_cause_sha
        50      Down      2024-05-09 10:00  2024-05-09 14:00  -
        51      Still     2024-05-29 10:00  -                 -
        52      Before    2024-04-20 10:00  2024-05-02 10:00  -
    """,
}


def build_small(
    lake: Lake,
    settings: Settings,
    metrics: Collection[str] = METRICS,
    *,
    texts: Mapping[str, str] = TEXTS,
    gates: Sequence[Gate] = (),
) -> None:
    """Writes the clean tables, the facts that the metrics rest on, and the metrics of three months."""
    fill(lake, texts)
    for metric in metrics:
        write_facts(lake, metric, settings)
    for name, tables in build_metrics(metrics, lake, MONTHS, settings, gates=gates):
        for month, table in tables.items():
            lake.write(TABLES[name], month.isoformat(), [table])
