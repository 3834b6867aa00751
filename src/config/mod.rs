//! The configuration: every key, its type, default, unit and one line of explanation, in one place.
//!
//! Each key is written once, in a `section!`; the struct, its default and what `castile config` prints come
//! from there. Values are checked while they are read, so that a mistake is named with its file and line.
//! Deliberately absent: reference data (`castile load` brings it into the store) and secrets.

mod listing;
mod load;
mod merge;
mod network;
mod postal;
mod values;

use std::collections::BTreeMap;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

pub use listing::listing;
pub use load::{ConfigError, FILE_DEFAULT, Sources};
pub use merge::{Permissions, Several, Single, SourceRule, WhenHeld, WhenMissing, WhenNoSource};
pub use network::Network;
pub use postal::PostalPattern;
pub use values::{LogFormat, LogLevel, PublicUrl, TimeZone};

use crate::failure::{Exit, Failure};

const KIB: u64 = 1024;
const MIB: u64 = 1024 * KIB;

/// What is known of one key beside its value.
pub(crate) struct KeyInfo {
    pub(crate) name: &'static str,
    pub(crate) about: &'static str,
    pub(crate) unit: &'static str,
}

/// Declares one table of the configuration: doc comment, key, type, default, unit and, if any, the check.
macro_rules! section {
    ($(#[$meta:meta])* $name:ident {
        $( $(#[doc = $doc:literal])+ $key:ident: $type:ty = $default:expr, $unit:literal $(, $check:tt)?; )+
    }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
        #[serde(default, deny_unknown_fields)]
        pub struct $name {
            $( $(#[doc = $doc])+ $(#[serde(deserialize_with = $check)])? pub $key: $type, )+
        }

        impl Default for $name {
            fn default() -> Self {
                $name { $( $key: $default, )+ }
            }
        }

        impl $name {
            const KEYS: &'static [KeyInfo] = &[
                $( KeyInfo { name: stringify!($key), about: concat!($($doc),+), unit: $unit }, )+
            ];
        }
    };
}

section! {
    /// Everything that can be set.
    Config {
        /// Address and port to serve on; port 0 takes a free one and prints it.
        listen: SocketAddr = SocketAddr::from((Ipv4Addr::LOCALHOST, 8080)), "address:port";
        /// The folder that holds the data, seen from the working folder.
        data_dir: PathBuf = PathBuf::from("castile-data"), "path";
        /// What callers reach this server under; published in the WSDL instead of the request's Host.
        public_url: Option<PublicUrl> = None, "http or https URL";
        /// Proxies whose X-Forwarded-Proto, -Host, -Port and -Prefix are believed.
        trusted_proxies: Vec<Network> = Vec::new(), "list of IP addresses or CIDR networks";
        /// Serve on an address that other machines reach, although there is no TLS and there are no users.
        allow_insecure_listen: bool = false, "true or false";
        /// Serve although the key file of card PINs is missing or wrong: requests with a PIN are refused then.
        allow_wrong_pin_key: bool = false, "true or false";
        /// The time zone of local times and of 'today' in customer requests.
        time_zone: TimeZone = TimeZone::default(), "IANA name";
        /// Customer validation.
        validation: Validation = Validation::default(), "table";
        /// Names of customers.
        names: Names = Names::default(), "table";
        /// Forms of postal codes by country (V-8): 9 is a digit, A a letter, \ takes the next character as it is, | parts alternatives; the rest is literal.
        postal_codes: BTreeMap<String, PostalPattern> = BTreeMap::new(), "pattern", "postal::by_country";
        /// Retail locations.
        retail_locations: RetailLocations = RetailLocations::default(), "table";
        /// Merges of customers (M-6).
        merge: Merge = Merge::default(), "table";
        /// What a caller may ask of this server, and for how long.
        limits: Limits = Limits::default(), "table";
        /// The store.
        store: Store = Store::default(), "table";
        /// Batch files.
        batch: Batch = Batch::default(), "table";
        /// The log on stderr.
        log: Log = Log::default(), "table";
    }
}

section! {
    /// Customer validation (V-1 to V-12).
    Validation {
        /// Normalise names, addresses, e-mails and phones and record what is wrong with them.
        enabled: bool = true, "true or false";
    }
}

section! {
    /// Names of customers.
    Names {
        /// Store the second first and last names First2 and Last2 (V-17).
        second: bool = false, "true or false";
    }
}

section! {
    /// Retail locations.
    RetailLocations {
        /// Refuse a sign-up or home location that `castile load` did not bring.
        check: bool = false, "true or false";
    }
}

section! {
    /// Merges of customers (M-6).
    Merge {
        /// How a source is chosen where none is named, the first rule first; where all leave several, the first that is named.
        source_rules: Vec<SourceRule> = SourceRule::all(), "list of recent_activity, cards, email, phone, address, attributes";
        /// Most customers that one merge takes, the source among them.
        records_max: usize = 10, "customers, 2 to 100", "merge::records";
        /// Attributes that one customer alone brings: the source if it has a value, else the first that has one.
        attributes: Vec<String> = Vec::new(), "list of names";
        /// Contact permissions: the source's, or yes or no for every channel.
        contact_permissions: Permissions = Permissions::Source, "source, all_yes or all_no";
        /// The date of birth: the source's, or the first that is known, the source's first.
        birth_date: Single = Single::BestMatch, "source or best_match";
        /// The home location: the source's, or the first that is known, the source's first.
        home_location: Single = Single::Source, "source or best_match";
        /// The e-mails: the source's, those of the first that has an active one, or those of all.
        email: Several = Several::Source, "source, best_match or retain_all";
        /// The addresses: the source's, those of the first that has an active one, or those of all.
        mail_address: Several = Several::Source, "source, best_match or retain_all";
        /// The telephones: the source's, those of the first that has an active one, or those of all.
        phone: Several = Several::Source, "source, best_match or retain_all";
        /// A customer that is named is not found: refuse the merge, or merge the others.
        customer_not_found: WhenMissing = WhenMissing::Refuse, "refuse or leave_out";
        /// A customer has cards, or had some: merge it all the same, merge the others, or refuse the merge.
        customer_has_cards: WhenHeld = WhenHeld::Merge, "merge, leave_out or refuse";
        /// A customer has transactions: merge it all the same, merge the others, or refuse the merge.
        customer_has_transactions: WhenHeld = WhenHeld::Merge, "merge, leave_out or refuse";
        /// A customer has responded to a promotion: merge it all the same, merge the others, or refuse the merge.
        customer_has_promotion_responses: WhenHeld = WhenHeld::Merge, "merge, leave_out or refuse";
        /// The source is left out by one of these rules: refuse the merge, or choose a source by source_rules.
        source_cannot_be_merged: WhenNoSource = WhenNoSource::Refuse, "refuse or choose";
    }
}

section! {
    /// What a caller may ask of this server, and for how long.
    Limits {
        /// Largest request body, as sent and unpacked.
        message_bytes_max: u64 = 10 * MIB, "bytes", "values::at_least_one";
        /// Largest batch file that is sent with PUT.
        upload_bytes_max: u64 = 4 * 1024 * MIB, "bytes", "values::at_least_one";
        /// A packed request body (gzip, deflate) may come to so many times the bytes that were sent; up to 64 KiB it may anyway.
        inflate_ratio_max: u64 = 100, "times", "values::at_least_one";
        /// Answers of this size and more are sent with gzip to callers that accept it.
        gzip_answer_bytes_min: u64 = KIB, "bytes", "values::at_least_one";
        /// Request bodies that are held at the same time, all together.
        bodies_bytes_max: u64 = 512 * MIB, "bytes", "values::at_least_one";
        /// Deepest nesting of elements.
        depth_max: usize = 100, "elements", "values::at_least_one";
        /// Most children of one element.
        children_max: usize = 50_000, "elements", "values::at_least_one";
        /// Most attributes of one element, namespace declarations among them.
        attributes_max: usize = 500, "attributes", "values::at_least_one";
        /// Longest value of an attribute.
        attribute_value_bytes_max: usize = 64 * KIB as usize, "bytes", "values::at_least_one";
        /// Longest name of an element or attribute.
        name_bytes_max: usize = 1_000, "bytes", "values::at_least_one";
        /// Most elements of one message.
        elements_max: usize = 1_000_000, "elements", "values::at_least_one";
        /// Most connections; those beyond are answered with 503.
        connections_max: usize = 4_096, "connections", "values::at_least_one";
        /// Most requests that run at the same time; those beyond are answered with 503.
        requests_in_flight_max: usize = 1_024, "requests", "values::at_least_one";
        /// A request's head must be complete this long after its first byte.
        header_timeout_ms: u64 = 15_000, "milliseconds", "values::at_least_one";
        /// A request's body must be complete this long after its head.
        body_timeout_ms: u64 = 60_000, "milliseconds", "values::at_least_one";
        /// A request must be decided this long after its body.
        request_timeout_ms: u64 = 30_000, "milliseconds", "values::at_least_one";
        /// An answer must make some progress in this time.
        write_timeout_ms: u64 = 30_000, "milliseconds", "values::at_least_one";
        /// A connection without a request is closed after this long.
        idle_timeout_ms: u64 = 120_000, "milliseconds", "values::at_least_one";
        /// How long requests may go on after the order to stop.
        drain_timeout_ms: u64 = 30_000, "milliseconds", "values::at_least_one";
        /// What Retry-After says when the server is over a limit.
        retry_after_s: u32 = 1, "seconds", "values::at_least_one";
    }
}

section! {
    /// The store.
    Store {
        /// Free disk space under which writes are refused.
        reserve_bytes: u64 = 256 * MIB, "bytes";
        /// Memory for the store's cache.
        cache_bytes: u64 = 128 * MIB, "bytes", "values::at_least_one";
    }
}

section! {
    /// Batch files.
    Batch {
        /// The folder with incoming, running and complete, seen from the working folder, instead of batch in the data folder; all of it on one file system.
        root: Option<PathBuf> = None, "path";
        /// Under which name this gateway claims files: gateways that share a folder need different ones.
        gateway_id: String = "gateway-1".to_owned(), "text", "values::plain_name";
        /// How often the folders of incoming files are looked at.
        look_every_ms: u64 = 1_000, "milliseconds", "values::at_least_one";
        /// A file without a .done marker is taken when it has not changed for this long.
        settle_ms: u64 = 3_000, "milliseconds", "values::at_least_one";
        /// How long a run that could not go on (the store takes no writes, complete is full) waits before it is tried again.
        retry_after_ms: u64 = 30_000, "milliseconds", "values::at_least_one";
        /// How long a run and its review are kept after its end.
        keep_days: u32 = 90, "days", "values::at_least_one";
        /// How many warnings of a run are listed; all are counted.
        warnings_listed_max: u64 = 10_000, "warnings";
        /// Largest record.
        record_bytes_max: usize = 10 * MIB as usize, "bytes", "values::at_least_one";
        /// The most white space, comments and instructions between two records.
        gap_bytes_max: u64 = 64 * MIB, "bytes", "values::at_least_one";
        /// What a packed file may come to.
        inflated_bytes_max: u64 = 256 * 1024 * MIB, "bytes", "values::at_least_one";
        /// A packed file may come to so many times its bytes; up to 1 MiB it may anyway.
        inflate_ratio_max: u64 = 200, "times", "values::at_least_one";
    }
}

section! {
    /// The log on stderr.
    Log {
        /// How a line is written.
        format: LogFormat = LogFormat::Text, "text or json";
        /// The least severe lines that are written.
        level: LogLevel = LogLevel::Info, "error, warn, info, debug or trace";
        /// Write a line for every request, not only for those that failed or have to be sent again.
        requests: bool = false, "true or false";
    }
}

impl Config {
    /// The tables inside, in the order in which they are listed.
    const SECTIONS: [(&'static str, &'static [KeyInfo]); 8] = [
        ("validation", Validation::KEYS),
        ("names", Names::KEYS),
        ("retail_locations", RetailLocations::KEYS),
        ("merge", Merge::KEYS),
        ("limits", Limits::KEYS),
        ("store", Store::KEYS),
        ("batch", Batch::KEYS),
        ("log", Log::KEYS),
    ];

    /// Refuses an address that other machines reach, unless it is asked for in so many words.
    pub fn check_listen(&self) -> Result<(), Failure> {
        if self.listen.ip().to_canonical().is_loopback() || self.allow_insecure_listen {
            return Ok(());
        }
        let message = format!(
            "will not listen on {}: other machines could reach it, and there is no TLS and there are no users.\n\
             Either listen on 127.0.0.1 and let a reverse proxy with TLS and authentication stand before it,\n\
             or, in a network that you trust, set `allow_insecure_listen = true` in {FILE_DEFAULT} \
             (or CASTILE_ALLOW_INSECURE_LISTEN=true).",
            self.listen
        );
        Err(Failure::new(Exit::Config, message))
    }

    /// Is this address a proxy whose X-Forwarded headers are believed?
    pub fn trusts_proxy(&self, address: std::net::IpAddr) -> bool {
        self.trusted_proxies.iter().any(|network| network.contains(address))
    }
}

#[cfg(test)]
mod tests;
