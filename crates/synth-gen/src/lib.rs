//! Compiles a rule set into a plan and makes records from it.
