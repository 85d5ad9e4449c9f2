"""What tests let another process do with a store: `python -m pulse_assets_tests.store.other_process DEED URL …`."""

import datetime as dt
import sys

from pulse_assets.store import Record, Store

NOW = dt.datetime(2026, 3, 1, 12, 0, tzinfo=dt.UTC)
TABLE = "raw_github_pull_requests"


def open_only(url: str) -> None:
    Store.open(url).close()


def write_pages(url: str, name: str, pages: int) -> None:
    """Counts its pages in a checkpoint that all share, so that a lost update would show."""
    with Store.open(url) as store:
        for page in range(pages):
            with store.transaction() as connection:
                records = [Record(TABLE, f"{name}-{page}-{n}", {"n": n}) for n in range(20)]
                store.landing.upsert(connection, "acme/api", records, seen_at=NOW)
                store.checkpoints.save(connection, f"acme/{name}", "pages", {"count": page + 1})


def die_in_transaction(url: str) -> None:
    """Writes a page with its checkpoint under a lease, says so, and waits to be killed before the commit."""
    with Store.open(url) as store:
        lease = store.leases.acquire("sync:github:acme/api", seconds=3600)
        with store.transaction() as connection:
            store.leases.verify(connection, lease)
            records = [Record(TABLE, str(n), {"n": n, "text": "x" * 1000}) for n in range(5000)]
            store.landing.upsert(connection, "acme/api", records, seen_at=NOW)
            store.checkpoints.save(connection, "acme/api", "pull_requests", {"cursor": "end"})
            print("written", flush=True)  # noqa: T201 - the test waits for it
            sys.stdin.read()


if __name__ == "__main__":
    deed, *arguments = sys.argv[1:]
    match deed:
        case "open":
            open_only(*arguments)
        case "write":
            write_pages(arguments[0], arguments[1], int(arguments[2]))
        case "die":
            die_in_transaction(*arguments)
