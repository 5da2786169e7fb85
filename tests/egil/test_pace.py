"""Adaptive rate and buckets."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from skolsynk.egil.buckets import LocalBucket, bucket_name
from skolsynk.egil.pace import AdaptivePace, AdaptiveRate, Signal, UnlimitedPace, local_pace
from skolsynk.egil.redis_bucket import BucketUnreachableError, RedisBucket, redis_pace
from tests.egil.wire import FakeTime


def feed(rate: AdaptiveRate, seconds: float, *, count: int, at: float, signal: Signal = Signal.GOOD) -> float:
    for _ in range(count):
        at += seconds
        rate.report(signal, seconds, at)
    return at


def test_it_starts_low_and_grows_to_the_limit_while_answers_are_good() -> None:
    rate = AdaptiveRate(100.0)
    assert rate.rate == 20

    feed(rate, 0.02, count=200, at=0)

    assert rate.rate == 100


def test_it_never_starts_above_the_limit() -> None:
    assert AdaptiveRate(2.0).rate == 2.0


@pytest.mark.parametrize("signal", [Signal.LIMITED, Signal.TIMEOUT])
def test_it_halves_once_for_what_was_in_flight_together(signal: Signal) -> None:
    rate = AdaptiveRate(100.0)
    at = feed(rate, 0.02, count=200, at=0)

    for _ in range(8):
        rate.report(signal, 1.0, at)

    assert rate.rate == 50


def test_it_halves_when_latency_rises_although_every_answer_is_good() -> None:
    rate = AdaptiveRate(10.0)
    at = feed(rate, 0.02, count=100, at=0)

    feed(rate, 5.0, count=10, at=at)

    assert rate.rate <= 5


def test_a_little_noise_is_not_a_limit() -> None:
    rate = AdaptiveRate(10.0)
    at = feed(rate, 0.02, count=100, at=0)

    feed(rate, 0.2, count=100, at=at)

    assert rate.rate == 10


def test_it_never_stops_altogether_and_recovers_carefully() -> None:
    rate = AdaptiveRate(10.0)
    at = 0.0
    for _ in range(30):
        at = feed(rate, 1.0, count=2, at=at, signal=Signal.LIMITED)
    assert rate.rate == 0.2

    feed(rate, 0.02, count=20, at=at)

    assert 0.2 < rate.rate < 2


def test_a_local_bucket_grants_its_rate_and_no_more() -> None:
    bucket = LocalBucket(10.0)
    time, granted = 0.0, 0

    while time < 10:
        wait = bucket.take(1, time)
        granted += not wait
        time += wait or 0.001

    assert 99 <= granted <= 102


def test_a_paused_bucket_grants_nothing() -> None:
    bucket = LocalBucket(10.0)
    bucket.pause(5, 100.0)

    assert bucket.take(1, 102.0) == 3
    assert bucket.take(1, 105.0) == 0


def test_more_than_the_burst_is_granted_and_paid_for_afterwards() -> None:
    bucket = LocalBucket(10.0, burst=2)

    assert bucket.take(5, 0.0) == 0
    assert bucket.take(2, 0.0) == pytest.approx(0.5)


@pytest.mark.parametrize("rate", [0, -1])
def test_a_bucket_without_a_rate_is_refused(rate: float) -> None:
    with pytest.raises(ValueError, match="unlimited"):
        LocalBucket(rate)


@pytest.mark.parametrize("limit", [None, 0])
def test_no_limit_is_unlimited(limit: float | None) -> None:
    pace = local_pace(limit)

    assert isinstance(pace, UnlimitedPace)
    assert (pace.rate, pace.acquire(1000)) == (None, 0.0)


def test_a_lease_is_not_kept_for_a_burst_later() -> None:
    time = FakeTime()
    bucket = LocalBucket(1000.0, burst=1)
    pace = AdaptivePace(bucket, 1000.0, time.clock)
    assert pace.acquire() == 0
    assert bucket.take(1, time.at) > 0  # a tenth of a second's worth is leased

    time.at += 60
    pace.pause(5)

    assert pace.acquire() == pytest.approx(5)


def test_bucket_names_tell_credentials_apart_without_telling_them() -> None:
    assert bucket_name("ne", "secret-1") != bucket_name("ne", "secret-2")
    assert "secret" not in bucket_name("ne", "secret-1")


@pytest.fixture
def client(redis_url: str) -> Iterator[redis.Redis]:
    with redis.Redis.from_url(redis_url) as connected:
        connected.delete("skolsynk:pace:test")
        yield connected


def test_a_redis_bucket_is_shared_by_all_who_name_it(client: redis.Redis) -> None:
    one, other = RedisBucket(client, "test", 1.0), RedisBucket(client, "test", 1.0)

    assert one.take(1, 0.0) == 0
    assert 0 < other.take(1, 0.0) <= 1


def test_a_redis_bucket_survives_a_restart_that_forgot_the_script(client: redis.Redis) -> None:
    bucket = RedisBucket(client, "test", 1000.0)
    bucket.take(1, 0.0)
    client.script_flush()

    assert bucket.take(1, 0.0) == 0


def test_a_pause_in_redis_holds_everybody(client: redis.Redis) -> None:
    one, other = RedisBucket(client, "test", 100.0), RedisBucket(client, "test", 100.0)

    one.pause(7.0, 0.0)

    assert 6 < other.take(1, 0.0) <= 7
    assert 60_000 < client.pttl("skolsynk:pace:test") <= 70_000


def test_without_redis_nothing_is_granted_and_the_error_says_what_to_do() -> None:
    nowhere = redis.Redis(host="127.0.0.1", port=9, retry=Retry(NoBackoff(), 0))

    with pytest.raises(BucketUnreachableError, match="start Redis"):
        redis_pace(nowhere, "test", 10.0).acquire()


def test_no_limit_asks_no_redis() -> None:
    assert isinstance(redis_pace(redis.Redis(port=9), "test", None), UnlimitedPace)
