"""The engine: a take, a voice and a text become a lip-synced video. Knows nothing of Django."""
