"""How bytes get into a socket: whole frames, one after the other, and what must be answered before anything else."""

from __future__ import annotations

import select
import socket
import struct
import threading
import time
from collections.abc import Callable
from contextlib import suppress

_TEXT = 0x81  # RFC 6455: a whole message, of text
_PAUSE = 0.25  # seconds between two looks whether there is still time


def encode_text(text: str) -> bytes:
    """Frame a text message as a server sends it; the same bytes may go to any number of sockets."""
    data = text.encode()
    if len(data) < 126:
        head = struct.pack("!BB", _TEXT, len(data))
    elif len(data) < 2**16:
        head = struct.pack("!BBH", _TEXT, 126, len(data))
    else:
        head = struct.pack("!BBQ", _TEXT, 127, len(data))
    return head + data


class Writer:
    """Writes to a socket that does not block, from two threads: a frame is never torn.

    `deadline` says, for the moment at which a write began, until when it may take (both on the monotonic clock);
    `late` hears that it took longer, `wake` that something waits for the thread that may block.
    """

    def __init__(
        self,
        sock: socket.socket,
        *,
        deadline: Callable[[float], float],
        late: Callable[[], None],
        wake: Callable[[], None],
    ) -> None:
        self._sock, self._deadline, self._late, self._wake = sock, deadline, late, wake
        self._busy = threading.Lock()
        self._answers: list[bytes] = []  # control frames that go before anything else; a deque takes as much as a page
        self._last = False

    @property
    def waits(self) -> bool:
        """Say whether there are answers that nobody has written yet."""
        return bool(self._answers)

    def queue(self, answer: bytes, *, last: bool = False) -> None:
        """Put a control frame to what is to be written; after the last one, nothing follows."""
        self._answers.append(answer)
        self._last = self._last or last  # only now: whoever sees it, and no answer left, knows that it was written

    def write_now(self, frame: bytes) -> bool:
        """Write a frame if that takes no time, and say so; `wake` is called for a rest that did not fit."""
        if self._answers or not self._busy.acquire(blocking=False):
            return False
        try:
            sent = self._sock.send(frame)
            if sent < len(frame):
                self._answers.insert(0, frame[sent:])
                self._wake()
        except BlockingIOError:
            return False
        except OSError:
            self.shut(socket.SHUT_RDWR)
        finally:
            self._busy.release()
        self.answer_soon()  # what was to be answered meanwhile found this writing
        return True

    def write(self, frame: bytes, check: Callable[[], None]) -> None:
        """Write the answers that wait, and the frame, unless `check` raises. Blocks. Raises OSError."""
        with self._busy:
            check()
            self._write_answers()
            self.transmit(frame)
        self.answer_soon()  # what was to be answered meanwhile found this writing

    def answer(self) -> None:
        """Write the answers that wait. Blocks."""
        with self._busy, suppress(OSError):
            self._write_answers()
            self._shut_after_last()
        self.answer_soon()

    def answer_soon(self) -> None:
        """Write the answers that wait as far as that takes no time; who may block is woken for the rest."""
        while self._answers and self._busy.acquire(blocking=False):
            try:
                while self._answers:
                    frame = self._answers.pop(0)
                    sent = self._sock.send(frame)
                    if sent < len(frame):
                        self._answers.insert(0, frame[sent:])
                self._shut_after_last()
            except BlockingIOError:
                self._answers.insert(0, frame)
                self._wake()
                return
            except OSError:
                self.shut(socket.SHUT_RDWR)
                return
            finally:
                self._busy.release()

    def transmit(self, data: bytes) -> None:
        """Write all of `data`, or shut the socket: half a frame would garble what follows. Raises OSError."""
        started, rest = time.monotonic(), memoryview(data)
        try:
            while rest:
                try:
                    rest = rest[self._sock.send(rest) :]
                except BlockingIOError:
                    left = self._deadline(started) - time.monotonic()
                    if left < 0:
                        self._late()
                        raise TimeoutError from None
                    self._until_writable(min(_PAUSE, max(left, 0.001)))
        except OSError:
            self.shut(socket.SHUT_RDWR)
            raise

    def shut(self, how: int) -> None:
        """Let nothing more be written, or read."""
        with suppress(OSError):  # the peer may have been faster
            self._sock.shutdown(how)

    def _until_writable(self, timeout: float) -> None:
        poll = select.poll()
        poll.register(self._sock, select.POLLOUT)
        poll.poll(timeout * 1000)

    def _write_answers(self) -> None:
        while self._answers:
            self.transmit(self._answers.pop(0))

    def _shut_after_last(self) -> None:
        if self._last and not self._answers:
            self.shut(socket.SHUT_WR)
