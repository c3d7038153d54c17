"""Slows down guessing of passwords: after a few failures an account waits, whoever asks."""

import threading
import time
from collections.abc import Callable

FAILURES = 5  # wrong passwords in a row before an account waits
WAIT_S = 300.0  # a person waits five minutes; a guesser makes sixty tries an hour and account
_KEPT_ACCOUNTS = 10_000  # names of accounts that do not exist must not fill the memory


class Throttle:
    """Counts failed attempts per account name in this process; knows nothing of passwords."""

    def __init__(self, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._failed: dict[str, tuple[int, float]] = {}
        self._lock = threading.Lock()

    def waits(self, account: str) -> bool:
        """Say whether ``account`` has failed too often to be tried now."""
        with self._lock:
            count, since = self._failed.get(account, (0, 0.0))
            return count >= FAILURES and self._clock() - since < WAIT_S

    def failed(self, account: str) -> None:
        """Note a failure; those older than the wait no longer count."""
        with self._lock:
            count, since = self._failed.pop(account, (0, 0.0))
            fresh = count if self._clock() - since < WAIT_S else 0
            while len(self._failed) >= _KEPT_ACCOUNTS:
                self._failed.pop(next(iter(self._failed)))
            self._failed[account] = (fresh + 1, self._clock())

    def succeeded(self, account: str) -> None:
        """Forget the failures of ``account``."""
        with self._lock:
            self._failed.pop(account, None)
