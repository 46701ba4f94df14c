"""What people are told, by which ways, and with whose consent."""
