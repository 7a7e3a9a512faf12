"""Jobs: long work behind a page. Queued, claimed, cancelled and resumed in one way, whatever the work is."""
