"""Conditions under analysis: what they are made of, and whether they can be met."""
