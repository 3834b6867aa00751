//! The two versions of SOAP and what differs between them in names.

/// A version of SOAP. Both are spoken at every address; a caller is answered in its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Version {
    /// SOAP 1.1, the W3C Note of 2000.
    V11,
    /// SOAP 1.2, the Recommendation.
    V12,
}

/// The envelope namespace of SOAP 1.1.
pub(super) const SOAP_11: &str = "http://schemas.xmlsoap.org/soap/envelope/";
/// The envelope namespace of SOAP 1.2.
pub(super) const SOAP_12: &str = "http://www.w3.org/2003/05/soap-envelope";

impl Version {
    /// Best first.
    pub const ALL: [Version; 2] = [Version::V12, Version::V11];

    /// The namespace of the envelope.
    pub const fn namespace(self) -> &'static str {
        match self {
            Version::V11 => SOAP_11,
            Version::V12 => SOAP_12,
        }
    }

    /// The Content-Type of an answer.
    pub const fn content_type(self) -> &'static str {
        match self {
            Version::V11 => "text/xml; charset=utf-8",
            Version::V12 => "application/soap+xml; charset=utf-8",
        }
    }

    /// The version of an envelope namespace.
    pub fn from_namespace(namespace: &str) -> Option<Self> {
        Version::ALL.into_iter().find(|version| version.namespace() == namespace)
    }

    /// The version that a media type (without parameters, in any case) announces.
    pub fn from_media_type(media_type: &str) -> Option<Self> {
        match () {
            () if media_type.eq_ignore_ascii_case("text/xml") => Some(Version::V11),
            () if media_type.eq_ignore_ascii_case("application/soap+xml") => Some(Version::V12),
            () => None,
        }
    }

    /// The version in which to refuse bytes that cannot be read: that of the first envelope namespace near
    /// the start, else the one announced. Never used to accept anything.
    pub fn of_unreadable(bytes: &[u8], announced: Version) -> Version {
        /// Envelope tags stand at the start; further on it would be content.
        const SEARCHED_BYTES: usize = 2_048;
        let start = &bytes[..bytes.len().min(SEARCHED_BYTES)];
        let found = |version: Version| memchr::memmem::find(start, version.namespace().as_bytes());
        match (found(Version::V11), found(Version::V12)) {
            (Some(first), Some(second)) if second < first => Version::V12,
            (Some(_), _) => Version::V11,
            (None, Some(_)) => Version::V12,
            (None, None) => announced,
        }
    }
}
