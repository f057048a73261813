"""What can be said of a workflow without a case: rules of the linter, possible flows, what a new version changes."""
