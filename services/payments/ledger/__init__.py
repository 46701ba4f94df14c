"""Books of what people owe and pay: double entry that only grows. All amounts are whole grosze."""
