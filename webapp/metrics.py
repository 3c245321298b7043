"""Figures of this process for Prometheus: what is asked of it, how long it takes, and what waits.

They are kept only when `RAPPORT_METRICS_TOKEN` is set, and cost nothing otherwise. Labels are words of ours (rules of
addresses, statuses, events), never ids and never what somebody sends: their number is bounded. Each process has its
own figures; several behind one port tell them together.
"""

from __future__ import annotations

import hmac
import logging
import time
from collections import Counter as Tally
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from flask import Flask, Response, g, request
from prometheus_client import CollectorRegistry, Counter, GCCollector, Histogram, ProcessCollector, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from . import logs
from .metrics_together import Together

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
_SECONDS = (0.002, 0.004, 0.008, 0.016, 0.03, 0.06, 0.125, 0.25, 0.5, 1.0, 2.5, 5.0)
_VERBS = (1, 2, 4, 8, 16, 32, 64)

Reading = tuple[str, str, dict[str, str], float]  # a gauge's name, what it means, its labels, its value
log = logging.getLogger(__name__)


class Metrics:
    """The figures of one application."""

    def __init__(self, token: str) -> None:
        self._token = token.encode()
        self.registry = registry = CollectorRegistry()
        ProcessCollector(registry=registry)
        GCCollector(registry=registry)
        self._requests = Counter(
            "rapport_requests", "Requests answered", ["route", "method", "status"], registry=registry
        )
        self._seconds = Histogram(
            "rapport_request_seconds", "Time to an answer", ["route"], buckets=_SECONDS, registry=registry
        )
        self._events = Counter("rapport_events", "What happened in this process", ["event"], registry=registry)
        self._security = Counter("rapport_security", "Who came in or was refused", ["event", "why"], registry=registry)
        self._commits = Counter("rapport_commits", "Transactions of verbs", ["outcome"], registry=registry)
        self._commit_seconds = Histogram(
            "rapport_commit_seconds", "Time of a transaction that was kept", buckets=_SECONDS, registry=registry
        )
        self._works = Histogram("rapport_commit_verbs", "Verbs that share it", buckets=_VERBS, registry=registry)
        self._readings = _Readings()
        self._together: Together | None = None
        registry.register(self._readings)

    def watch(self, app: Flask) -> None:
        """Count the application's requests."""

        @app.after_request
        def count(response: Response) -> Response:
            route = logs.route()
            self._requests.labels(route, logs.method(), response.status_code).inc()
            if not logs.is_socket():  # it lasts for hours
                self._seconds.labels(route).observe(time.monotonic() - g.get("began", time.monotonic()))
            return response

    def read(self, *sources: Callable[[], Iterable[Reading]]) -> None:
        """Ask these for their gauges whenever somebody asks for the figures."""
        self._readings.sources += sources

    def note(self, happened: Sequence[object]) -> None:
        """Count events by their kind; a listener of the domain."""
        for name, number in Tally(type(event).__name__ for event in happened).items():
            self._events.labels(name).inc(number)

    def note_commit(self, verbs: int, seconds: float, is_kept: bool) -> None:
        """Count a transaction of so many verbs; one that was refused what it wanted is undone."""
        self._commits.labels("kept" if is_kept else "undone").inc()
        if is_kept:
            self._commit_seconds.observe(seconds)
            self._works.observe(verbs)

    def note_security(self, event: str, why: str) -> None:
        """Count an event of security."""
        self._security.labels(event, why).inc()

    def may_be_read(self) -> bool:
        """Say whether the present request carries the token."""
        given = request.headers.get("Authorization", "").encode("utf-8", "replace")
        return hmac.compare_digest(given, b"Bearer " + self._token)

    def text(self) -> bytes:
        """Return all figures in Prometheus' text format, also those of other processes behind the same port."""
        return self._together.text() if self._together else generate_latest(self.registry)

    def share(self, folder: Path) -> None:
        """Tell the figures of several processes together, by way of files in this folder; called in each of them."""
        self._together = Together(folder, lambda: generate_latest(self.registry))
        self._together.start()


class _Readings(Collector):
    """Gauges that are read when somebody asks; one that cannot be read is left out, and the others are there."""

    def __init__(self) -> None:
        self.sources: list[Callable[[], Iterable[Reading]]] = []

    def collect(self) -> Iterable[GaugeMetricFamily]:
        families: dict[str, GaugeMetricFamily] = {}
        failed = 0
        for source in self.sources:
            try:
                for name, meaning, labels, value in source():
                    family = families.setdefault(name, GaugeMetricFamily(name, meaning, labels=list(labels)))
                    family.add_metric(list(labels.values()), value)
            except Exception as error:
                failed += 1
                log.warning("Gauges could not be read: %s", type(error).__name__)
        families["failed"] = GaugeMetricFamily("rapport_gauges_failed", "Kinds of gauges that cannot be read", failed)
        return list(families.values())

    def describe(self) -> Iterable[GaugeMetricFamily]:
        return ()  # so that registering asks nobody
