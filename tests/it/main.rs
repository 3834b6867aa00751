//! The one integration test binary.

mod second_decoder;
