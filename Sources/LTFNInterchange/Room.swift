// Opened with its first line.
