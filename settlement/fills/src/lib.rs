//! Fills and their settlement state in sled, a projection of the command log.
