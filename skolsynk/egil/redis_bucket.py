"""A token bucket in Redis: one limit for every process that sends to the same vendor with the same key."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Sequence

import redis
from redis.exceptions import NoScriptError, RedisError

from skolsynk.egil.buckets import BURST_S
from skolsynk.egil.pace import AdaptivePace, Pace, UnlimitedPace


class BucketUnreachableError(Exception):
    """Redis did not answer. Sending without the shared limit could get the credential blocked, so nothing is sent."""


# The clock is Redis's own: processes on several machines share one bucket.
# KEYS[1] the bucket. ARGV: rate, burst, n, pause in seconds (-1: take). Answers milliseconds to wait.
_SCRIPT = """
local t = redis.call('TIME')
local now = tonumber(t[1]) + tonumber(t[2]) / 1000000
local rate, burst, n, pause = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4])
local held = redis.call('HMGET', KEYS[1], 'tokens', 'at', 'paused')
local tokens, at, paused = tonumber(held[1]) or burst, tonumber(held[2]) or now, tonumber(held[3]) or 0
local wait = 0
if pause >= 0 then
  paused = math.max(paused, now + pause)
elseif now < paused then
  wait = paused - now
else
  tokens = math.min(burst, tokens + math.max(0, now - at) * rate)
  at = now
  local missing = math.min(n, burst) - tokens
  if missing > 0.000001 then wait = missing / rate else tokens = tokens - n end
end
redis.call('HSET', KEYS[1], 'tokens', string.format('%.6f', tokens), 'at', string.format('%.6f', at),
  'paused', string.format('%.6f', paused))
redis.call('PEXPIRE', KEYS[1], math.ceil((math.max(60, burst / rate * 2) + math.max(0, paused - now)) * 1000))
return math.ceil(wait * 1000)
"""


class RedisBucket:
    """Shared by all processes that name the same vendor and credential.

    Raises BucketUnreachableError when Redis does not answer.
    """

    def __init__(self, client: redis.Redis, name: str, rate: float, burst: float | None = None) -> None:
        if rate <= 0:
            raise ValueError("a bucket needs a rate above 0; use an unlimited pace instead")
        self.rate = rate
        self._burst = burst or max(1.0, rate * BURST_S)
        self._key = f"skolsynk:pace:{name}"
        self._redis = client
        self._sha = hashlib.sha1(_SCRIPT.encode(), usedforsecurity=False).hexdigest()  # how Redis names scripts

    def take(self, n: int, now: float) -> float:
        return self._run((self.rate, self._burst, n, -1))

    def pause(self, seconds: float, now: float) -> None:
        self._run((self.rate, self._burst, 0, max(0.0, seconds)))

    def _run(self, args: Sequence[float]) -> float:
        try:
            answer = self._evaluate(args)
        except RedisError as error:
            raise BucketUnreachableError(
                f"the shared rate limit in Redis could not be asked ({type(error).__name__}): "
                "start Redis or correct its address; nothing is sent without the limit"
            ) from error
        assert isinstance(answer, int)
        return answer / 1000

    def _evaluate(self, args: Sequence[float]) -> object:
        try:
            return self._redis.evalsha(self._sha, 1, self._key, *args)
        except NoScriptError:  # the first time, and after a restart of Redis
            self._redis.script_load(_SCRIPT)
            return self._redis.evalsha(self._sha, 1, self._key, *args)


def redis_pace(
    client: redis.Redis, name: str, limit: float | None, clock: Callable[[], float] = time.monotonic
) -> Pace:
    """Shared under ``name`` (see ``buckets.bucket_name``) by every process that uses the same Redis."""
    return AdaptivePace(RedisBucket(client, name, limit), limit, clock) if limit else UnlimitedPace()
