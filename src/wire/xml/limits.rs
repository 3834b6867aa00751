//! How large, deep and wide a message may be.
//!
//! Every limit is checked while the message is read, so a hostile message is refused before it costs
//! more than its own bytes. What a limit is called in a configuration file is the field's name.

/// The limits of one message. All are inclusive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of the message as received, inflated.
    pub message_bytes_max: usize,
    /// Open elements at once; the root is at depth 1.
    pub depth_max: usize,
    /// Child elements of one element.
    pub children_max: usize,
    /// Attributes of one element, namespace declarations included.
    pub attributes_max: usize,
    /// Bytes of one attribute value as written.
    pub attribute_value_bytes_max: usize,
    /// Bytes of one name with its prefix. Never above [`Limits::NAME_BYTES_CEILING`].
    pub name_bytes_max: usize,
    /// Elements of the message.
    pub elements_max: usize,
    /// Different prefixes, and different namespaces, of the message.
    pub namespaces_max: usize,
}

impl Limits {
    /// What the reader can represent, whatever is configured.
    pub const NAME_BYTES_CEILING: usize = u16::MAX as usize;
}

impl Default for Limits {
    fn default() -> Self {
        Limits {
            message_bytes_max: 10 * 1024 * 1024,
            depth_max: 100,
            children_max: 50_000,
            attributes_max: 500,
            attribute_value_bytes_max: 64 * 1024,
            name_bytes_max: 1_000,
            elements_max: 1_000_000,
            namespaces_max: 10_000,
        }
    }
}
