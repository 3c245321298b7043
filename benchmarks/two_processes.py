"""Several processes on one database: milliseconds from a customer at one to the staff at another, and nothing lost.

Customers are connected to all processes but the last, the staff to the last, so that every message crosses. With
PostgreSQL and with SQLite, where Redis tells the others to look; all processes share one core.
"""

from __future__ import annotations

import argparse
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from urllib.parse import urlsplit, urlunsplit

import psycopg
from psycopg import sql

from . import results
from .chat_latency import lines, title
from .figures import Line, Spread, table
from .messages import Load, run

P99 = 30
POSTGRES = "postgresql://postgres@127.0.0.1:5432/postgres"
REDIS = "redis://127.0.0.1:6379/0"


def main(arguments: Sequence[str]) -> int:
    """Run for each database and number of processes, and print."""
    parser = argparse.ArgumentParser(prog="./dev bench two-processes", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--databases", nargs="+", choices=("sqlite", "postgresql"), default=["sqlite", "postgresql"])
    parser.add_argument("--processes", type=int, nargs="+", default=[1, 2, 3])
    parser.add_argument("--chats", type=int, default=200)
    parser.add_argument("--rate", type=float, default=200, help="messages a second")
    parser.add_argument("--seconds", type=float, default=15)
    parser.add_argument("--viewers", type=int, default=20, help="who look at the inbox")
    parser.add_argument("--postgres", default=POSTGRES, help="where a database may be made, and dropped afterwards")
    parser.add_argument("--redis", default=REDIS, help='or "": the others look each second')
    options = parser.parse_args(arguments)
    usual = Load(
        options.chats, options.rate, seconds=options.seconds, viewers=options.viewers,
        settings={"RAPPORT_REDIS_URL": options.redis},
    )  # fmt: skip
    kept = {}
    for database in options.databases:
        for processes in options.processes:
            with empty(options.postgres if database == "postgresql" else "") as address:
                found = run(replace(usual, processes=processes, database=address))
            name = f"{database}, {processes} of them"
            told = [Line("p99 to the other side, ms", f"{Spread.of(found.other).p99:.1f}", f"≤ {P99}"), *lines(found)]
            print(table(f"{title(usual)}, {name}", told), flush=True)
            kept[name] = found.as_data()
    print(results.keep("two-processes", kept))
    return 0


@contextmanager
def empty(server: str) -> Iterator[str]:
    """Make an empty database on a server of PostgreSQL for the block, and give its address; "" for no server."""
    if not server:
        yield ""
        return
    name = f"rapport_bench_{os.getpid()}"
    with psycopg.connect(server, autocommit=True) as house:
        house.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        try:
            yield urlunsplit(urlsplit(server)._replace(path=f"/{name}"))
        finally:
            house.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))
