"""What becomes of clocks and ladders, tried out with real calendars."""
