"""The dashboard: Django's admin with Unfold's looks; importing this registers every list."""

from campaigns.admin import campaigns, presenters, records, users

__all__ = ["campaigns", "presenters", "records", "users"]
