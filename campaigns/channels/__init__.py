"""Ways to bring a message to a person; each module prepares a letter and transmits it."""
