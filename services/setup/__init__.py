"""What an office sets up by itself: accounts, contracts, mailboxes. One mechanism, a declaration for each kind."""
