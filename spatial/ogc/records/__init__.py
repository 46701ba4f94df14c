"""OGC API Records: what data sets and services there are, one record for each collection of each municipality."""
