"""Exports: tables and videos of a campaign as files, written behind the page."""
