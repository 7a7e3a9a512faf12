"""Talking people who belong to nobody: bodies, performances and cameras for clean training clips."""
