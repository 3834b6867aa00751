//! The page `docs/CONFORMANCE.md` and the tests are held to each other.
