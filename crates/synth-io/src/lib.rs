//! Reads and writes JSON: sources, strict scanner, chunk grid, ordered parallel fold, atomic files.
