//! The `castile` program: arguments, configuration, run.

fn main() {}
