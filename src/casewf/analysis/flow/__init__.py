"""Where a case can go: rows, what is tried before them, circles, ways to a close."""
