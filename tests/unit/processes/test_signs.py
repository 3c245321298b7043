"""Who types and who is here, when those who look are at another process; and when that one dies, or Redis does."""

from __future__ import annotations

import json

import pytest
import redis

from tests.cast import House
from tests.unit.live.peer import Peer
from webapp.domain.chats import lifecycle, requests
from webapp.domain.tables import Conversation
from webapp.live.bus import WHISPERS
from webapp.live.leases import PROCESSES

from .conftest import OwnRedis, Serve
from .served import AtWork, Served, Shopper, hear, until

HERE, LEFT = 'data-state="here"', 'data-state="left"'
with_redis = pytest.mark.parametrize("environ", ["postgresql and redis"], indirect=True)
without_redis = pytest.mark.parametrize("environ", ["sqlite"], indirect=True)


class Talk:
    """Jane, whose chat Alice has accepted; neither has come yet."""

    def __init__(self, house: House) -> None:
        self.jane, self.alice = Shopper(house.site, "Jane Doe", "jane.doe@example.com"), AtWork(house.alice)
        requests.route(self.jane.chat.id)
        lifecycle.accept(Conversation.get_by_id(self.jane.chat.id), by=house.alice)
        self.janes, self.alices = f"chat:{self.jane.chat.public_id}", f"conversation:{self.jane.chat.public_id}"

    def alice_comes(self, at: Served) -> Peer:
        return self.alice.come(at, self.alices)

    def jane_comes(self, at: Served) -> Peer:
        return self.jane.come(at, self.janes)


@pytest.fixture
def talk(house: House) -> Talk:
    return Talk(house)


def hear_one_another(own_redis: OwnRedis, processes: int) -> None:
    """Wait until so many processes listen: what is whispered before that nobody hears."""
    with redis.Redis.from_url(own_redis.url) as client:
        until(lambda: client.pubsub_numsub(WHISPERS)[0][1] == processes)


@with_redis
def test_each_sees_at_one_that_the_other_types_at_another(talk: Talk, serve: Serve, own_redis: OwnRedis) -> None:
    here, there = serve(), serve()
    hear_one_another(own_redis, 2)
    alice, jane = talk.alice_comes(here), talk.jane_comes(there)
    jane.say(json.dumps({"typing": talk.janes}))
    hear(alice, "Jane Doe is typing…")
    alice.say(json.dumps({"typing": talk.alices}))
    hear(jane, "Alice is typing…")


@with_redis
def test_who_comes_to_another_is_here_and_who_leaves_it_has_left(
    talk: Talk, serve: Serve, own_redis: OwnRedis
) -> None:
    here, there = serve(), serve()
    hear_one_another(own_redis, 2)
    alice = talk.alice_comes(here)
    one, other = talk.jane_comes(there), talk.jane_comes(here)
    hear(alice, HERE)
    for tab in (one, other):
        tab.hang_up()
    hear(alice, LEFT)


@with_redis
def test_whose_process_has_died_is_gone_when_its_lease_is_over(
    talk: Talk, serve: Serve, own_redis: OwnRedis
) -> None:
    here, there = serve(), serve()
    hear_one_another(own_redis, 2)
    alice = talk.alice_comes(here)
    talk.jane_comes(there)
    hear(alice, HERE)
    there.kill()
    with redis.Redis.from_url(own_redis.url) as client:
        for key in client.scan_iter(f"{PROCESSES}:*"):
            client.pexpire(key, 1)  # as if its time was over
    hear(alice, LEFT)


@with_redis
def test_processes_that_were_one_before_they_divided_are_told_apart(serve: Serve, own_redis: OwnRedis) -> None:
    serve("--processes", "2")
    with redis.Redis.from_url(own_redis.url) as client:
        until(lambda: client.scard(PROCESSES) == 2)


@with_redis
def test_when_redis_is_gone_who_is_at_the_same_process_still_knows(
    talk: Talk, serve: Serve, own_redis: OwnRedis
) -> None:
    here = serve()
    alice = talk.alice_comes(here)
    own_redis.kill()
    jane = talk.jane_comes(here)
    hear(alice, HERE)
    jane.say(json.dumps({"typing": talk.janes}))
    hear(alice, "Jane Doe is typing…")
    assert talk.jane.write(here, "A coat, please").status == 200
    hear(alice, "A coat, please")


@without_redis
def test_without_redis_nobody_hears_of_typing_elsewhere_and_nobody_misses_a_message(talk: Talk, serve: Serve) -> None:
    here, there = serve(), serve()
    alice, jane = talk.alice_comes(here), talk.jane_comes(there)
    jane.say(json.dumps({"typing": talk.janes}))
    assert talk.jane.write(there, "A coat, please").status == 200
    while "A coat, please" not in (content := alice.content()):
        assert "chat-typing" not in content
