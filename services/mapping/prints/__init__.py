"""The map on paper, at true scale: what stands on the screen, in its order and strength, with grid and legend."""
