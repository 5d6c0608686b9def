"""Functions that do the least there is to do, which ours are measured beside."""
