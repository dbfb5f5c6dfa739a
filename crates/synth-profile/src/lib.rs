//! Accumulators per path, exact merge, Profile and schema.
