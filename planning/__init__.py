"""Local plans: what they say about a piece of land on a day, and the documents that quote them."""
