"""Land and what lies on it: asked by two or more e-services. Knows no law, no money and no page."""
