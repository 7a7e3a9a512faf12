"""Convert the tracker's networks from the files in a mediapipe wheel; the product never imports this."""
