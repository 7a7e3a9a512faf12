"""Where a campaign stands: what was reached, what needs attention, and what grows out of it."""
