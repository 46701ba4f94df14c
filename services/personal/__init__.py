"""The person's own data: a copy of all of it, and its erasure."""
