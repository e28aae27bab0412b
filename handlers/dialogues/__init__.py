"""One file per kind of talk; each state has one small function."""
