"""Whether the opened workspace is well: head of the log, triggers, free disk."""

import shutil
from typing import Any

LOW_DISK_BYTES = 1024**3


def read() -> dict[str, Any]:
    """Return ``ok``, ``head`` (seq, hash, recorded_at), ``triggers``, ``free_disk_bytes`` of the open workspace."""
    from django.conf import settings
    from django.db import connection

    from xinqu.store import log, triggers

    head = log.head()
    triggers_stand = not triggers.problems(connection)
    free_bytes = shutil.disk_usage(settings.XINQU_HOME).free
    return {
        "ok": triggers_stand and free_bytes >= LOW_DISK_BYTES,
        "head": {"seq": head.seq, "hash": head.hash, "recorded_at": head.recorded_at},
        "triggers": triggers_stand,
        "free_disk_bytes": free_bytes,
    }
