"""What version 0.2 left on people's disks and in their databases works with the code of today."""
