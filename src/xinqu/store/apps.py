"""The Django app of the store."""

from django.apps import AppConfig


class StoreConfig(AppConfig):
    """Tables of the log and of accounts."""

    name = "xinqu.store"
    label = "store"
