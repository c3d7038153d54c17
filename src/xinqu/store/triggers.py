"""Triggers that keep the log append-only and in one chain, per database, and the check that they stand."""

from django.db.backends.base.base import BaseDatabaseWrapper

from xinqu.vocabulary.problem import Problem, Where
from xinqu.vocabulary.text import Text

# `INSERT OR REPLACE` deletes rows without firing a DELETE trigger in SQLite, so every insert is held to the head.
SQLITE = {
    "event_no_update": (
        "CREATE TRIGGER event_no_update BEFORE UPDATE ON store_event "
        "BEGIN SELECT RAISE(ABORT, 'the log is append-only'); END"
    ),
    "event_no_delete": (
        "CREATE TRIGGER event_no_delete BEFORE DELETE ON store_event "
        "BEGIN SELECT RAISE(ABORT, 'the log is append-only'); END"
    ),
    "event_follows_head": (
        "CREATE TRIGGER event_follows_head BEFORE INSERT ON store_event "
        "WHEN NEW.seq <> COALESCE((SELECT MAX(seq) FROM store_event), 0) + 1 "
        "OR NEW.prev_hash <> COALESCE((SELECT hash FROM store_event ORDER BY seq DESC LIMIT 1), "
        "'0000000000000000000000000000000000000000000000000000000000000000') "
        "BEGIN SELECT RAISE(ABORT, 'the event does not follow the head of the log'); END"
    ),
}
_REFUSE_BODY = "BEGIN RAISE EXCEPTION 'the log is append-only'; END"
_FOLLOW_BODY = (
    "DECLARE head RECORD; BEGIN "
    "SELECT seq, hash INTO head FROM store_event ORDER BY seq DESC LIMIT 1; "
    "IF NEW.seq <> COALESCE(head.seq, 0) + 1 OR NEW.prev_hash <> COALESCE(head.hash, repeat('0', 64)) THEN "
    "RAISE EXCEPTION 'the event does not follow the head of the log'; END IF; RETURN NEW; END"
)
POSTGRESQL_FUNCTIONS = {"event_refuse": _REFUSE_BODY, "event_follow": _FOLLOW_BODY}
POSTGRESQL = {
    "event_no_change": (
        "CREATE TRIGGER event_no_change BEFORE UPDATE OR DELETE ON store_event "
        "FOR EACH ROW EXECUTE FUNCTION event_refuse()"
    ),
    "event_no_truncate": (
        "CREATE TRIGGER event_no_truncate BEFORE TRUNCATE ON store_event "
        "FOR EACH STATEMENT EXECUTE FUNCTION event_refuse()"
    ),
    "event_follows_head": (
        "CREATE TRIGGER event_follows_head BEFORE INSERT ON store_event FOR EACH ROW EXECUTE FUNCTION event_follow()"
    ),
}

# pg_trigger.tgtype: 1 each row, 2 before, 4 insert, 8 delete, 16 update, 32 truncate (PostgreSQL, pg_trigger.h)
POSTGRESQL_FIRES = {"event_no_change": 1 + 2 + 8 + 16, "event_no_truncate": 2 + 32, "event_follows_head": 1 + 2 + 4}


def statements(vendor: str) -> list[str]:
    """Return the SQL that makes the triggers on a database of ``vendor`` (``sqlite`` or ``postgresql``)."""
    if vendor == "sqlite":
        return list(SQLITE.values())
    functions = [
        f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $${body}$$"
        for name, body in POSTGRESQL_FUNCTIONS.items()
    ]
    return [*functions, *POSTGRESQL.values()]


def problems(connection: BaseDatabaseWrapper) -> list[Problem]:
    """Return one XQ-STORE-003 for each trigger that is missing, switched off or not as we made it."""
    found = _sqlite_triggers(connection) if connection.vendor == "sqlite" else _postgresql_triggers(connection)
    wanted = SQLITE if connection.vendor == "sqlite" else POSTGRESQL
    return [_missing(name) for name, sql in wanted.items() if found.get(name) != sql]


def _sqlite_triggers(connection: BaseDatabaseWrapper) -> dict[str, str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'store_event'")
        return dict(cursor.fetchall())


def _postgresql_triggers(connection: BaseDatabaseWrapper) -> dict[str, str]:
    """Return the SQL of each trigger that is enabled, fires as we made it and whose function has our body."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT t.tgname, t.tgtype, f.proname, f.prosrc FROM pg_trigger t JOIN pg_proc f ON f.oid = t.tgfoid "
            "WHERE t.tgrelid = to_regclass('store_event') AND NOT t.tgisinternal "
            "AND t.tgenabled IN ('O', 'A') AND t.tgqual IS NULL"
        )
        rows = cursor.fetchall()
    return {
        name: POSTGRESQL.get(name, "")
        for name, fires, function, body in rows
        if POSTGRESQL_FUNCTIONS.get(function) == body and POSTGRESQL_FIRES.get(name) == fires
    }


def _missing(name: str) -> Problem:
    return Problem(
        code="XQ-STORE-003",
        what=Text(f"日志表缺少触发器 {name}", f"trigger {name} of the log is missing or changed"),
        where=Where(subject="store_event"),
        why=Text("没有它，日志可被改写而不被阻止", "without it a row of the log can be altered unhindered"),
        fix=Text(
            "查明谁改动了数据库，核验后从备份恢复",
            "find out who changed the database, verify, and restore from a backup",
        ),
    )
