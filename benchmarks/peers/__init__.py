"""How others do the same work, beside ours in one run: Flask, Django Channels, Starlette, socket.io."""

from .compare import main

__all__ = ["main"]
