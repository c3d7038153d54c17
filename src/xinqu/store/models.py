"""The tables: the log, organisations, accounts, the roles they hold, one-time links and command-line tokens."""

from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models


class Event(models.Model):
    """One row of the log. ``body`` is what the hash covers; the other columns repeat it for queries.

    Triggers forbid UPDATE, DELETE and any row that does not follow the head (``store.triggers``). SQLite drops
    triggers when Django rebuilds a table, so no migration may alter this one; later columns go to a side table.
    """

    seq = models.BigAutoField(primary_key=True)  # in SQLite the row's own key; the log always names it itself
    type = models.CharField(max_length=64)
    schema_version = models.SmallIntegerField()
    realm = models.CharField(max_length=16)
    actor = models.CharField(max_length=64)
    organisation = models.CharField(max_length=128)
    role = models.CharField(max_length=32)
    recorded_at = models.CharField(max_length=27)
    effective_on = models.CharField(max_length=10)
    subject = models.CharField(max_length=256)
    data = models.TextField()
    prev_hash = models.CharField(max_length=64)
    hash = models.CharField(max_length=64)
    body = models.BinaryField()

    class Meta:
        """Indexes for folds by type and by subject."""

        indexes: ClassVar = [
            models.Index(fields=["realm", "seq"], name="event_realm_seq"),
            models.Index(fields=["realm", "type"], name="event_realm_type"),
            models.Index(fields=["subject"], name="event_subject"),
        ]

    def __str__(self) -> str:
        return f"#{self.seq} {self.type} {self.subject}"


class Organisation(models.Model):
    """A node of the organisation tree; ``path`` is the permission (DOMAIN b)."""

    id = models.CharField(max_length=128, primary_key=True)
    parent = models.CharField(max_length=128, blank=True)
    level = models.CharField(max_length=32)
    kind = models.CharField(max_length=32)
    name_zh = models.CharField(max_length=128)
    name_en = models.CharField(max_length=128)
    path = models.CharField(max_length=256, unique=True)
    field = models.CharField(max_length=64, blank=True)

    def __str__(self) -> str:
        return self.path


class AccountManager(BaseUserManager["Account"]):
    """Makes accounts; Django's own commands find them by ``username``."""

    def create_user(self, username: str, password: str | None = None, **fields: Any) -> "Account":
        """Return a stored account; without a password nobody can sign in until one is set by a link."""
        account = self.model(id=fields.pop("id", username), username=username, **fields)
        account.set_password(password)
        account.save(using=self._db)
        return account


class Account(AbstractBaseUser):
    """An account id of an officer's post; no name of a natural person is kept."""

    id = models.CharField(max_length=64, primary_key=True)
    username = models.CharField(max_length=64, unique=True)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT)
    is_active = models.BooleanField(default=True)

    objects: ClassVar[AccountManager] = AccountManager()
    USERNAME_FIELD = "username"

    def __str__(self) -> str:
        return self.id


class RoleGrant(models.Model):
    """A role that an account holds for an organisation in a realm, by the event that granted it."""

    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="grants")
    role = models.CharField(max_length=32)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT)
    realm = models.CharField(max_length=16)
    granted_by = models.BigIntegerField()
    revoked_by = models.BigIntegerField(null=True)

    class Meta:
        """A role is in force once."""

        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["account", "role", "organisation", "realm"],
                condition=models.Q(revoked_by__isnull=True),
                name="one_grant_in_force",
            )
        ]

    def __str__(self) -> str:
        return f"{self.account_id} {self.role} {self.organisation_id} {self.realm}"


class Secret(models.Model):
    """A one-time link or a command-line token; only the SHA-256 of it is kept."""

    sha256 = models.CharField(max_length=64, primary_key=True)
    kind = models.CharField(max_length=8, choices=[("link", "one-time link"), ("token", "command-line token")])
    account = models.ForeignKey(Account, on_delete=models.CASCADE)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.kind} of {self.account_id}"
