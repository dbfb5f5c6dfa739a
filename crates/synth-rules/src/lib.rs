//! The rule set: types, YAML with places, lint, and the way from a profile to rules.
