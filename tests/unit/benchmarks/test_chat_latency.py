"""The benchmarks run: a house is made, served by a process of its own, and every message is seen on both sides."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from benchmarks import chat_latency, results


def test_every_message_of_a_small_run_arrives_on_both_sides(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(results, "FOLDER", tmp_path)
    asked = "--chats 4 --rate 10 --seconds 1 --warm 0.2 --viewers 1".split()
    assert chat_latency.main(asked) == 0
    (kept,) = (json.loads(path.read_text()) for path in tmp_path.iterdir())
    assert kept["sent"] > 0
    assert (kept["lost"], kept["refused"]) == (0, 0)
    assert kept["machine"]["sync_ms"] > 0
    told = capsys.readouterr().out
    assert "ms to the other side's socket" in told
    assert "sync_ms" in told
