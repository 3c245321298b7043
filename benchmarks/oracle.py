"""Whether the time of an answer tells a customer that a profile exists.

Customers whom no profile fits, one exactly, one partly, fifty partly, and two exactly, start chats, write once more a
few hundredths of a second later, and change their details, in random order against a real server. For each case: how
far its median is from that of nobody, and how well the best threshold tells it from nobody (AUC: 0.5 is a coin, and
chance alone moves it by so much). It has to be within 1 ms, and 0.5 ± 0.05, on a machine that does nothing else; a run
that falls short is repeated once. Each customer comes from an address of its own, so that no limit is met.
"""

from __future__ import annotations

import argparse
import http.client
import math
import random
import re
import statistics
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from urllib.parse import urlencode

from webapp.domain.profiles.contact import Given

from . import house, results

CASES = ("nobody", "exact", "partly", "fifty", "twice")
PEOPLE = 200  # in each case, so that none is asked for so often that it is another case
REST = 0.06  # seconds between two answers
PROBE = (0.01, 0.06)  # seconds after a start at which a message feels for what follows its answer
MOST_APART, MOST_TELLING = 0.001, 0.05


def main(arguments: Sequence[str]) -> int:
    """Run; the exit code is 1 when the time of an answer tells something, twice."""
    parser = argparse.ArgumentParser(prog="./dev bench oracle", description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--profiles", type=int, default=20_000, help="profiles besides those that are looked for")
    parser.add_argument("--rounds", type=int, default=400, help="answers of each kind and case")
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder:
        port = house.free_port()
        base = f"http://127.0.0.1:{port}"
        print(f"making {options.profiles} profiles …", flush=True)
        house.furnish(Path(folder), _people(options.profiles), origin=base)
        with house.serving(Path(folder), port):
            for _ in range(2):
                told = _run(port, options.rounds)
                tells = _table(told)
                print(results.keep("oracle", {"profiles": options.profiles, "rounds": options.rounds, "told": told}))
                if not tells:
                    return 0
    return 1


def _name(case: str, number: int) -> str:
    return f"{case.title()} {'abcdefghijklmnopqrst'[number % 20].upper()}{'aeiou'[number // 20 % 5]}{number:03d}x"


def _mail(case: str, number: int, which: str = "") -> str:
    return f"{case}.{number:03d}{which}@example.com"


def _people(others: int) -> Iterator[Given]:
    for number in range(PEOPLE):
        yield Given(_name("exact", number), _mail("exact", number))
        yield Given(_name("partly", number), _mail("partly", number, "b"))
        for twin in range(2):
            yield Given(_name("twice", number), _mail("twice", number), f"+33 6 00 00 {number // 100:02d} {twin:02d}")
    for number in range(20):  # fewer: each is fifty
        for sibling in range(50):
            yield Given(_name("fifty", number), _mail("fifty", number, f"x{sibling}"))
    for number in range(others):
        yield Given(f"Other{number % 977} Person{number}", f"other{number}@example.org")


def _run(port: int, rounds: int) -> dict[str, dict[str, list[float]]]:
    """Return seconds by kind of answer and case."""
    order = [case for case in CASES for _ in range(rounds)]
    chance = random.Random(7)
    chance.shuffle(order)
    kinds = ("start", "message", "details")
    times: dict[str, dict[str, list[float]]] = {kind: {case: [] for case in CASES} for kind in kinds}
    for turn, case in enumerate(order):
        number = turn % (20 if case == "fifty" else PEOPLE)
        customer = _Customer(port, f"127.{1 + turn // 60000 % 200}.{turn // 250 % 250}.{1 + turn % 250}")
        typed = {"name": _name(case, number), "email": _mail(case, number), "phone": "", "message": "Hello!"}
        times["start"][case].append(customer.start(typed))
        time.sleep(chance.uniform(*PROBE))
        times["message"][case].append(customer.write("Hello?"))
        time.sleep(REST)
        times["details"][case].append(customer.change(typed | {"phone": "+33 6 12 34 56 78"}))
        time.sleep(REST)
        customer.close()
    return times


class _Customer:
    """A browser of its own: one connection from an address of its own."""

    def __init__(self, port: int, address: str) -> None:
        self.connection = http.client.HTTPConnection("127.0.0.1", port, source_address=(address, 0), timeout=30)
        self.query = "?" + urlencode({"key": house.KEY, "locale": "en", "zone": "UTC"})
        page = self._ask("GET", "/widget/frame", "")[1]
        token = re.search(r'X-CSRF-Token":"([0-9a-f]+)"', page)
        assert token, page[:500]
        self.headers = {
            "Origin": f"http://127.0.0.1:{port}", "X-CSRF-Token": token[1], "HX-Request": "true",
            "Content-Type": "application/x-www-form-urlencoded",
        }  # fmt: skip

    headers: dict[str, str] = {}

    def start(self, typed: dict[str, str]) -> float:
        seconds, page = self._ask("POST", "/widget/chats", urlencode(typed))
        chat = re.search(r'data-watch="chat:([\w-]+)"', page)
        assert chat, page[:500]
        self.chat = chat[1]
        return seconds

    def change(self, typed: dict[str, str]) -> float:
        return self._ask("POST", f"/widget/chats/{self.chat}/details", urlencode(typed))[0]

    def write(self, body: str) -> float:
        values = {"body": body, "client_id": f"probe-{self.chat}"}
        return self._ask("POST", f"/widget/chats/{self.chat}/messages", urlencode(values))[0]

    def close(self) -> None:
        self.connection.close()

    def _ask(self, method: str, path: str, body: str) -> tuple[float, str]:
        started = time.perf_counter()
        self.connection.request(method, path + self.query, body, self.headers)
        answer = self.connection.getresponse()
        page = answer.read().decode()
        seconds = time.perf_counter() - started
        assert answer.status == 200, (answer.status, page[:500])
        cookie = answer.getheader("Set-Cookie")
        if cookie:
            self.headers = self.headers | {"Cookie": cookie.split(";")[0]}
        return seconds, page


def _table(times: dict[str, dict[str, list[float]]]) -> bool:
    """Print the figures; say whether any tells something."""
    tells = False
    rounds = len(times["start"]["nobody"])
    by_chance = 1.96 * math.sqrt((2 * rounds + 1) / (12 * rounds**2))
    print(f"{'answer':10}{'case':10}{'median ms':>12}{'apart ms':>12}{'AUC':>8}   (by chance ± {by_chance:.3f})")
    for kind, cases in times.items():
        usual = statistics.median(cases["nobody"])
        print(f"{kind:10}{'nobody':10}{usual * 1000:12.2f}")
        for case, seconds in list(cases.items())[1:]:
            median, area = statistics.median(seconds), auc(cases["nobody"], seconds)
            telling = abs(median - usual) >= MOST_APART or abs(area - 0.5) > MOST_TELLING
            tells = tells or telling
            note = "  tells" if telling else ""
            print(f"{kind:10}{case:10}{median * 1000:12.2f}{(median - usual) * 1000:12.2f}{area:8.3f}{note}")
    return tells


def auc(ones: Sequence[float], others: Sequence[float]) -> float:
    """Return the chance that one of `others` is larger than one of `ones`: what the best threshold can make of it."""
    ranked = sorted([(value, 0) for value in ones] + [(value, 1) for value in others])
    ranks = sum(rank for rank, (_, is_other) in enumerate(ranked, start=1) if is_other)
    return (ranks - len(others) * (len(others) + 1) / 2) / (len(ones) * len(others))
