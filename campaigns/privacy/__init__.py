"""One person's data: found, handed out, erased; and how long anything is kept."""
