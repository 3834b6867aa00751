//! The one integration test binary.

mod program;
