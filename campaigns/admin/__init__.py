"""The dashboard: Django's admin with Unfold's looks; importing this registers every list."""

from campaigns.admin import campaigns, presenters, pronunciations, records, users, workspaces

__all__ = ["campaigns", "presenters", "pronunciations", "records", "users", "workspaces"]
