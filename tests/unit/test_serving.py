"""What gunicorn is told."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask import Flask

from webapp.config import Settings
from webapp.serving import KEPT_ALIVE, Server


@pytest.mark.parametrize("threads", [64, 9_500, 20_000])
def test_a_connection_waits_for_its_next_request_however_many_threads_there_are(tmp_path: Path, threads: int) -> None:
    told = Server(Flask("shop"), Settings.for_test(tmp_path, threads=threads)).cfg
    assert told.threads == threads
    assert told.worker_connections - told.threads >= KEPT_ALIVE
