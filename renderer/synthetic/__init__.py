"""Synthetic presenters: bodies, performances and cameras for training clips without any real person."""
