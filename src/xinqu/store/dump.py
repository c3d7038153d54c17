"""Copies of the tables while others write: SQLite's backup API, PostgreSQL's COPY in one snapshot."""

import sqlite3
from collections.abc import Iterator
from pathlib import Path

from django.db import connection, transaction

# In the order in which rows can be put back; sessions are not kept: everybody signs in again.
TABLES = ("store_organisation", "store_account", "store_event", "store_rolegrant", "store_secret")
_PAGES_PER_STEP = 2_000


def dump_sqlite(target: Path) -> None:
    """Copy the connected SQLite database into ``target`` as of one moment."""
    connection.ensure_connection()
    with sqlite3.connect(target) as copy:
        connection.connection.backup(copy, pages=_PAGES_PER_STEP)
        copy.execute("PRAGMA journal_mode=DELETE")
    copy.close()


def dump_postgresql(folder: Path) -> None:
    """Copy the tables of the connected PostgreSQL database into ``folder``, one file each, as of one moment."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        for table in TABLES:
            with (folder / table).open("wb") as file, cursor.cursor.copy(_copy_out(table)) as copy:
                for part in copy:
                    file.write(part)


def load_postgresql(folder: Path) -> None:
    """Put the rows of ``dump_postgresql`` into the empty tables of the connected database, in one transaction."""
    with transaction.atomic(), connection.cursor() as cursor:
        for table in TABLES:
            with cursor.cursor.copy(f"COPY {table} ({', '.join(_columns(table))}) FROM STDIN") as copy:
                for part in _parts(folder / table):
                    copy.write(part)
        cursor.execute(
            "SELECT setval(pg_get_serial_sequence('store_rolegrant', 'id'), "
            "COALESCE((SELECT MAX(id) FROM store_rolegrant), 1))"
        )


def _copy_out(table: str) -> str:
    order = " ORDER BY seq" if table == "store_event" else ""
    return f"COPY (SELECT {', '.join(_columns(table))} FROM {table}{order}) TO STDOUT"  # noqa: S608 - constants


def _columns(table: str) -> list[str]:
    from django.apps import apps

    model = apps.get_model("store", table.removeprefix("store_"))
    return [field.get_attname() for field in model._meta.concrete_fields]  # noqa: SLF001 - Django documents _meta


def _parts(file: Path) -> Iterator[bytes]:
    with file.open("rb") as stream:
        while part := stream.read(1 << 20):
            yield part
