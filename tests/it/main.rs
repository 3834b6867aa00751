//! The one integration test binary.

mod program;
mod second_decoder;
