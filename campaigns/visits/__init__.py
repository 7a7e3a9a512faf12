"""Who visits a recipient's page: a person or a program, once or in a loop. Nothing of them is kept."""
