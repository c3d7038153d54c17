"""Make the triggers that keep the log append-only and in one chain."""

from typing import ClassVar

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from xinqu.store.triggers import statements


def make_triggers(_apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Run the statements of this database; there is no way back."""
    for statement in statements(schema_editor.connection.vendor):
        schema_editor.execute(statement, params=None)


class Migration(migrations.Migration):
    """Triggers of the event table."""

    dependencies: ClassVar = [("store", "0001_initial")]
    operations: ClassVar = [migrations.RunPython(make_triggers)]
