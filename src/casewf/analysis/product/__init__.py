"""The product of a workflow's tracks: where a case can be, where it can get caught, and which rows are never taken."""
