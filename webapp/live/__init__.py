"""Live updates: what happened in the domain, as HTML on every screen that shows it.

`socket` is one WebSocket; `routes` is the door it comes in by; `connection` is one browser on it, with its
queue and its commands; `watchers` knows which connections watch which topics, and `hub` renders each `push` once per
audience; `pushes` says which partials an event means, and `catching_up` what somebody who comes later, or asks because
no socket comes through, has missed; `typists` and `presence` tell what is kept nowhere: who types, and who is here.
Only these four know what a topic is about. `session_watch` ends the sockets of sessions that ended in another process.
"""
