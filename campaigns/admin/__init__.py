"""The dashboard: Django's admin with Unfold's looks; importing this registers every list."""

from campaigns.admin import campaigns, closed, presenters, pronunciations, records, users, workspaces

__all__ = ["campaigns", "closed", "presenters", "pronunciations", "records", "users", "workspaces"]
