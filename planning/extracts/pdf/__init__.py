"""The document on paper: millimetres and points here, metres on the ground in ``tiling``."""
