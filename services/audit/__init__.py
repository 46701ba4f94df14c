"""Who saw whose data and what became of rows: logs that only grow, chained by digests."""
