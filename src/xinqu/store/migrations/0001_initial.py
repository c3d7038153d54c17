"""The first tables: events, organisations, accounts, roles, secrets."""

from typing import ClassVar

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    """All tables of the store."""

    initial = True

    dependencies: ClassVar = []

    operations: ClassVar = [
        migrations.CreateModel(
            name="Organisation",
            fields=[
                ("id", models.CharField(max_length=128, primary_key=True, serialize=False)),
                ("parent", models.CharField(blank=True, max_length=128)),
                ("level", models.CharField(max_length=32)),
                ("kind", models.CharField(max_length=32)),
                ("name_zh", models.CharField(max_length=128)),
                ("name_en", models.CharField(max_length=128)),
                ("path", models.CharField(max_length=256, unique=True)),
                ("field", models.CharField(blank=True, max_length=64)),
            ],
        ),
        migrations.CreateModel(
            name="Event",
            fields=[
                ("seq", models.BigAutoField(primary_key=True, serialize=False)),
                ("type", models.CharField(max_length=64)),
                ("schema_version", models.SmallIntegerField()),
                ("realm", models.CharField(max_length=16)),
                ("actor", models.CharField(max_length=64)),
                ("organisation", models.CharField(max_length=128)),
                ("role", models.CharField(max_length=32)),
                ("recorded_at", models.CharField(max_length=27)),
                ("effective_on", models.CharField(max_length=10)),
                ("subject", models.CharField(max_length=256)),
                ("data", models.TextField()),
                ("prev_hash", models.CharField(max_length=64)),
                ("hash", models.CharField(max_length=64)),
                ("body", models.BinaryField()),
            ],
            options={
                "indexes": [
                    models.Index(fields=["realm", "seq"], name="event_realm_seq"),
                    models.Index(fields=["realm", "type"], name="event_realm_type"),
                    models.Index(fields=["subject"], name="event_subject"),
                ],
            },
        ),
        migrations.CreateModel(
            name="Account",
            fields=[
                ("password", models.CharField(max_length=128, verbose_name="password")),
                ("last_login", models.DateTimeField(blank=True, null=True, verbose_name="last login")),
                ("id", models.CharField(max_length=64, primary_key=True, serialize=False)),
                ("username", models.CharField(max_length=64, unique=True)),
                ("is_active", models.BooleanField(default=True)),
                (
                    "organisation",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to="store.organisation"),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="Secret",
            fields=[
                ("sha256", models.CharField(max_length=64, primary_key=True, serialize=False)),
                (
                    "kind",
                    models.CharField(
                        choices=[("link", "one-time link"), ("token", "command-line token")], max_length=8
                    ),
                ),
                ("expires_at", models.DateTimeField()),
                ("used_at", models.DateTimeField(null=True)),
                (
                    "account",
                    models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to=settings.AUTH_USER_MODEL),
                ),
            ],
        ),
        migrations.CreateModel(
            name="RoleGrant",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("role", models.CharField(max_length=32)),
                ("realm", models.CharField(max_length=16)),
                ("granted_by", models.BigIntegerField()),
                ("revoked_by", models.BigIntegerField(null=True)),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="grants", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "organisation",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to="store.organisation"),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("revoked_by__isnull", True)),
                        fields=("account", "role", "organisation", "realm"),
                        name="one_grant_in_force",
                    )
                ],
            },
        ),
    ]
