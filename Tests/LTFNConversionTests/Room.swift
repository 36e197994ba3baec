// Opened with its first test.
