"""casewf."""
