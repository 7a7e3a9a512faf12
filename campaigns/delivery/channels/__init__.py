"""Channels: ways to deliver a message. Each module prepares a payload (what is sent) and transmits it."""
