//! The `Customer` element and its parts: read into a message, written from a stored customer.
//!
//! One codec for every operation and document that carries a customer. Reading is lenient: elements are matched by
//! local name, in the target namespace or in none, in any order, and unknown ones are ignored (V-18). Writing keeps
//! the order of the schema exactly. What a value means is judged in `domain`; only where it stood is known here.

mod activity;
mod contact;
mod decode;
mod encode;
mod field;
mod order;
mod path;
#[cfg(test)]
mod tests;

pub use decode::{alternate_key, customer, customer_of, customer_record};
pub use encode::{Selection, write_customer, write_customer_record, write_validation_errors};
pub use field::{Fields, is_known, known_children, size};
pub use path::Path;
