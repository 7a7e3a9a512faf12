"""Pictures of a message beside its video: the chosen poster, the mail's picture, the moving preview."""
