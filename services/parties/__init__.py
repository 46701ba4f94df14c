"""Who a person or a firm is, and who acts for whom."""
