"""What is to be paid in a case, by dated rates of the law, and who took the money."""
