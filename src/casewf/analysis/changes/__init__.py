"""Two versions of a workflow compared, and what that means for open cases."""
