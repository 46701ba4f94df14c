"""Pages of payments: of the payer, of the office, and the door for messages of operators."""
