"""Consent of presenters: its history, what a revocation takes down, and what a purge deletes."""
