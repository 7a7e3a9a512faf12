"""Who sees what and may do what: workspaces, their members, and roles."""
